import { createFileRoute, redirect } from '@tanstack/react-router'
import { sessions } from '../sessions'

export const Route = createFileRoute('/sign-in')({
  server: {
    handlers: {
      POST({ request }) {
        const session = sessions.of(request)
        session.renew()
        session.accountId = 7 // whom your check of the password found
        session.flash.notice = 'Welcome back'
        throw redirect({ to: '/', statusCode: 303 })
      },
    },
  },
})
