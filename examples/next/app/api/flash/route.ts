import { sessions } from '@/sessions'

export const DELETE = sessions.route((session) => {
  session.flash.discard()
  return new Response(null, { status: 204 })
})
