import { sessions } from '@/sessions'

export const GET = sessions.route(({ n, seen }) => Response.json({ n: n ?? 0, seen: seen ?? 0 }))

export const POST = sessions.route((session) => Response.json({ n: session.increment('n') }))
