import { sessions } from '@/sessions'

export const POST = sessions.route((session) => Response.json({ ...session.flash }))
