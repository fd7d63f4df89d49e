import { FlashMessages } from 'coatcheck/next/flash'
import { save } from '../actions'
import { sessions } from '@/sessions'

/** Without Suspense: all of it is there at once. */
export default async function Page() {
  const { flash } = await sessions.read()
  return (
    <main>
      <FlashMessages waiting={{ ...flash }} />
      <form action={save}>
        <button>save</button>
      </form>
    </main>
  )
}
