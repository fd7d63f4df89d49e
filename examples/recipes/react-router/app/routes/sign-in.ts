import { redirect } from 'react-router'
import { sessionContext } from '../sessions.server'
import type { Route } from './+types/sign-in'

export function action({ context }: Route.ActionArgs) {
  const session = context.get(sessionContext)
  session.renew()
  session.accountId = 7 // whom your check of the password found
  session.flash.notice = 'Welcome back'
  return redirect('/', 303)
}
