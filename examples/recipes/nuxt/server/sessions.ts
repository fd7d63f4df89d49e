import { createSessions, type Session } from 'coatcheck'

interface Data {
  accountId: number
}

export const sessions = createSessions<Data>({
  name: '__Host-session',
  secrets: [process.env.SESSION_SECRET!],
})

declare module 'h3' {
  interface H3EventContext {
    session: Session<Data>
  }
}
