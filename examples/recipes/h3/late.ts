import { SessionError } from 'coatcheck'
import { iterable, type H3Event } from 'h3'
import { sessions } from './sessions.ts'

/** A page whose second half comes when the headers have left: it can read, and it is too late to write. */
export function late(event: H3Event): unknown {
  const session = sessions.of(event.req)
  return iterable(async function* () {
    yield 'One moment. '
    await fetch(process.env.SLOW_URL!)
    try {
      session.accountId = (session.accountId ?? 0) + 1
    } catch (error) {
      if (!(error instanceof SessionError)) throw error
      yield `Account ${session.accountId}: ${error.code}`
    }
  })
}
