import { defineHandler } from 'nitro'
import { redirect } from 'nitro/h3'
import { sessions } from '../sessions.ts'

export default defineHandler((event) => {
  const session = sessions.of(event.req)
  session.renew()
  session.accountId = 7 // whom your check of the password found
  session.flash.notice = 'Welcome back'
  return redirect('/', 303)
})
