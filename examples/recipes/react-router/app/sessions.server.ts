import { createSessions, type Session } from 'coatcheck'
import { createContext } from 'react-router'

interface Data {
  accountId: number
}

export const sessions = createSessions<Data>({
  name: '__Host-session',
  secrets: [process.env.SESSION_SECRET!],
})

/** The session of the request, as loaders and actions get it. */
export const sessionContext = createContext<Session<Data>>()
