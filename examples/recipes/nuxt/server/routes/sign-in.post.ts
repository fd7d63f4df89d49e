export default defineEventHandler((event) => {
  const { session } = event.context
  session.renew()
  session.accountId = 7 // whom your check of the password found
  session.flash.notice = 'Welcome back'
  return sendRedirect(event, '/', 303)
})
