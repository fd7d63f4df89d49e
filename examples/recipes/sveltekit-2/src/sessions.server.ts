import { createSessions } from 'coatcheck'

export const sessions = createSessions<{ accountId: number }>({
  name: '__Host-session',
  secrets: [process.env.SESSION_SECRET!],
})
