import { save } from '../actions'
import { Flash } from '@/components/flash'
import { Links } from '@/components/links'

export default function Page() {
  return (
    <main>
      <h1>two</h1>
      <Flash />
      <form action={save}>
        <button>save</button>
      </form>
      <Links />
    </main>
  )
}
