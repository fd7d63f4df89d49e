import handler, { createServerEntry } from '@tanstack/react-start/server-entry'
import { session } from 'coatcheck/web'
import { sessions } from './sessions'

export default createServerEntry({ fetch: session(sessions, handler.fetch) })
