import { createSessions, type SessionsOptions } from 'coatcheck'
import { session } from 'coatcheck/web'

interface ShopSession {
  userId?: number
  accountId?: number
}

/** An application takes its sessions from outside, so that a test can give it a clock. */
export const createShopSessions = (options: Pick<SessionsOptions<ShopSession>, 'clock'> = {}) =>
  createSessions<ShopSession>({
    name: '__Host-shop',
    secrets: [process.env['SESSION_SECRET']!],
    idleTimeout: '15m',
    ...options,
  })

export const createShop = (sessions: ReturnType<typeof createShopSessions>) =>
  session(sessions, (request) => {
    const session = sessions.of(request)
    const { pathname } = new URL(request.url)
    if (session.userId === undefined) return new Response('Sign in first', { status: 401 })
    if (request.method === 'POST') {
      session.accountId = Number(pathname.split('/').at(-1))
      session.flash.notice = `Switched to account ${session.accountId}`
      return new Response(null, { status: 303, headers: { Location: '/' } })
    }
    return Response.json({ accountId: session.accountId, notice: session.flash.notice })
  })
