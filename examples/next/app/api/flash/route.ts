import { sessions } from '@/sessions'

/** Called by whoever has shown the messages. */
export const DELETE = sessions.route((session) => {
  session.flash.discard()
  return new Response(null, { status: 204 })
})
