import { sessions } from '@/sessions'

/** Whoever is given the messages here shows them, and nobody gets them again. */
export const POST = sessions.route((session) => Response.json({ ...session.flash }))
