import { Await, createFileRoute } from '@tanstack/react-router'
import { createServerFn } from '@tanstack/react-start'
import { getRequest } from '@tanstack/react-start/server'
import { SessionError } from 'coatcheck'
import { Suspense } from 'react'
import { sessions } from '../sessions'

/** What comes when the headers have left can read, and it is too late to write. */
const writeLate = createServerFn().handler(async () => {
  const session = sessions.of(getRequest())
  await fetch(process.env.SLOW_URL!)
  try {
    session.accountId = (session.accountId ?? 0) + 1
    return 'written'
  } catch (error) {
    if (!(error instanceof SessionError)) throw error
    return `Account ${session.accountId}: ${error.code}`
  }
})

export const Route = createFileRoute('/late')({ loader: () => ({ late: writeLate() }), component: Late })

function Late() {
  return (
    <Suspense fallback="One moment.">
      <Await promise={Route.useLoaderData().late}>{(late) => <p>{late}</p>}</Await>
    </Suspense>
  )
}
