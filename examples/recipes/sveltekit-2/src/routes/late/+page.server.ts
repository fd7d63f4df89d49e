import { SessionError } from 'coatcheck'
import type { PageServerLoad } from './$types'

/** A page whose second half comes when the headers have left: it can read, and it is too late to write. */
export const load: PageServerLoad = ({ locals: { session } }) => {
  const writeLate = async (): Promise<string> => {
    await fetch(process.env.SLOW_URL!)
    try {
      session.accountId = (session.accountId ?? 0) + 1
      return 'written'
    } catch (error) {
      if (!(error instanceof SessionError)) throw error
      return `Account ${session.accountId}: ${error.code}`
    }
  }
  return { late: writeLate() }
}
