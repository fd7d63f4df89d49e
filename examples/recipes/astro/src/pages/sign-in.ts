import type { APIRoute } from 'astro'

export const POST: APIRoute = ({ locals: { session }, redirect }) => {
  session.renew()
  session.accountId = 7 // whom your check of the password found
  session.flash.notice = 'Welcome back'
  return redirect('/', 303)
}
