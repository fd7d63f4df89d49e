import { defineMiddleware } from 'astro:middleware'
import { session } from 'coatcheck/web'
import { sessions } from './sessions'

export const onRequest = defineMiddleware(({ request, locals }, next) =>
  session(sessions, () => {
    locals.session ??= sessions.of(request) // Astro.rewrite() comes here again, with another request
    return next()
  })(request),
)
