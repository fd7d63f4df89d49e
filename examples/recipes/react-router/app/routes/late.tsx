import { SessionError } from 'coatcheck'
import { Suspense } from 'react'
import { Await } from 'react-router'
import { sessionContext } from '../sessions.server'
import type { Route } from './+types/late'

/** A page whose second half comes when the headers have left: it can read, and it is too late to write. */
export function loader({ context }: Route.LoaderArgs) {
  const session = context.get(sessionContext)
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

export default function Late({ loaderData }: Route.ComponentProps) {
  return (
    <Suspense fallback="One moment.">
      <Await resolve={loaderData.late}>{(late) => <p>{late}</p>}</Await>
    </Suspense>
  )
}
