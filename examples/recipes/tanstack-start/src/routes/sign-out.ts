import { createFileRoute, redirect } from '@tanstack/react-router'
import { sessions } from '../sessions'

export const Route = createFileRoute('/sign-out')({
  server: {
    handlers: {
      POST({ request }) {
        sessions.of(request).destroy()
        throw redirect({ to: '/', statusCode: 303 })
      },
    },
  },
})
