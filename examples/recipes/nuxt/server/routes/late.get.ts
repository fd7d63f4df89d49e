import { SessionError } from 'coatcheck'

/** A page whose second half comes when the headers have left: it can read, and it is too late to write. */
export default defineEventHandler((event) => {
  const { session } = event.context
  const writeLate = async function* () {
    yield 'One moment. '
    await fetch(process.env.SLOW_URL!)
    try {
      session.accountId = (session.accountId ?? 0) + 1
    } catch (error) {
      if (!(error instanceof SessionError)) throw error
      yield `Account ${session.accountId}: ${error.code}`
    }
  }
  return sendIterable(event, writeLate())
})
