import { identity } from '@/identity'
import { sessions } from '@/sessions'

export const GET = sessions.route(async (session) => {
  const user = await identity.currentUser(session)
  const { accountId = null, lookedFor = null, visits = 0 } = session
  return Response.json({ user: user?.name ?? null, accountId, lookedFor, visits })
})

export const POST = sessions.route((session) => Response.json({ visits: session.increment('visits') }))
