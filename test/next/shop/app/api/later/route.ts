import { sessions } from '@/sessions'

/** A message that nobody shows yet. */
export const POST = sessions.route((session) => {
  session.flash.notice = 'For later'
  return new Response(null, { status: 204 })
})
