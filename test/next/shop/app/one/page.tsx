import { Flash } from '@/components/flash'
import { Links } from '@/components/links'
import { sessions } from '@/sessions'

async function save() {
  'use server'
  await sessions.action((session) => {
    session.flash.notice = 'Saved'
  })()
}

export default function Page() {
  return (
    <main>
      <h1>one</h1>
      <Flash />
      <form action={save}>
        <button>save</button>
      </form>
      <Links />
    </main>
  )
}
