import { sessions } from '@/sessions'

export const revalidate = 60

export const GET = sessions.route((session) => Response.json({ n: session.increment('n') }))
