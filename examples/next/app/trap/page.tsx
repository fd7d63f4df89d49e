import { SessionError } from 'coatcheck'
import Link from 'next/link'
import { sessions } from '@/sessions'

/** What happens to a component that writes. Nothing it could set would reach the browser: the response has begun. */
export default async function Trap() {
  const session = await sessions.read()
  try {
    // @ts-expect-error -- Cannot assign to 'visits' because it is a read-only property
    session.visits = 1
  } catch (error) {
    if (!(error instanceof SessionError)) throw error
    return (
      <main>
        <h1>{error.code}</h1>
        <p id="message">{error.message}</p>
        <Link href="/">Back</Link>
      </main>
    )
  }
  return <main>Nothing happened, and that would be a mistake of ours.</main>
}
