import type { Handle } from '@sveltejs/kit'
import { session } from 'coatcheck/web'
import { sessions } from './sessions.server.ts'

export const handle: Handle = ({ event, resolve }) =>
  session(sessions, (request) => {
    event.locals.session = sessions.of(request)
    return resolve(event)
  })(event.request)
