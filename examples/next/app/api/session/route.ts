import { identity } from '@/identity'
import { sessions } from '@/sessions'

export const GET = sessions.route(async (session) => {
  const user = await identity.currentUser(session)
  return Response.json({ user: user?.name ?? null, account: session.accountId ?? null, visits: session.visits ?? 0 })
})

export const POST = sessions.route((session) => Response.json({ visits: session.increment('visits') }))
