import { sessions } from '@/sessions'

export const dynamic = 'force-static'

export const GET = sessions.route((session) => {
  session.n = 1234
  return Response.json({ n: session.n })
})
