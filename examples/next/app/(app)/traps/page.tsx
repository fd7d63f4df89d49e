import { SessionError } from 'coatcheck'
import Link from 'next/link'
import { failAfterWriting } from '@/app/actions'
import { sessions } from '@/sessions'

export default async function Traps() {
  return (
    <main>
      <h1>Traps</h1>
      <p id="component">{await writeInComponent()}</p>
      <form action={failAfterWriting}>
        <button>An action that writes and fails</button>
      </form>
      <Link href="/traps/handed-over" prefetch={false}>
        A session that is handed to a client component
      </Link>
      <Link href="/">Back</Link>
    </main>
  )
}

/** Nothing that a component sets could reach the browser: its response has begun. */
async function writeInComponent(): Promise<string> {
  const session = await sessions.read()
  try {
    // @ts-expect-error -- Cannot assign to 'visits' because it is a read-only property
    session.visits = 100
    return 'Nothing happened.'
  } catch (error) {
    if (error instanceof SessionError) return `${error.code}: ${error.message}`
    throw error
  }
}
