import { SessionError, type CookieJar, type Session } from 'coatcheck'

export interface Data {
  visits: number
  accountId: number
  note: string
  cart: { id: number; qty: number }[]
}

/** What a route has of its request. */
export interface Asked {
  readonly session: Session<Data>
  readonly jar: CookieJar
  /** What follows the `?`. */
  readonly query: string
}

/** What a route answers: JSON, or a redirect. */
export type Answer = { readonly json: unknown } | { readonly location: string }

/** An application without a server, for one to be put around it. */
const ROUTES: Readonly<Record<string, (asked: Asked) => unknown>> = {
  '/untouched': () => ({ ok: true }),
  '/session': ({ session }) => ({ ...session, flash: { ...session.flash } }),
  '/refused': ({ session }) => ({ isNew: session.isNew, refused: session.refused }),
  '/id': ({ session }) => ({ id: session.id }),
  '/visit': ({ session }) => ({ visits: session.increment('visits') }),
  '/note': ({ session, query }) => {
    session.note = 'x'.repeat(Number(query))
    return { bytes: session.size.bytes }
  },
  '/buy': ({ session }) => {
    session.cart ??= []
    session.cart.push({ id: 3, qty: 1 })
    return { cart: session.cart }
  },
  '/flash': ({ session, query }) => {
    session.flash[query] = 'Saved'
    return { ok: true }
  },
  '/sign-in': ({ session, query }) => {
    session.renew({ persistent: query === 'remember' })
    session.accountId = 7
    return { id: session.id }
  },
  '/sign-out': ({ session }) => {
    session.destroy()
    return { status: session.status }
  },
  '/jar/set': ({ jar }) => {
    jar.set('plain', 'a b;ü')
    jar.signed.set('signed', { id: 7 })
    jar.permanent.encrypted.set('device', ['Zoë', null, 1.5])
    return { ok: true }
  },
  '/jar/get': ({ jar }) => ({
    plain: jar.get('plain') ?? null,
    signed: jar.signed.get('signed') ?? null,
    device: jar.encrypted.get('device') ?? null,
  }),
}

/** The answer to a request. A mistake with the session is answered with its code, anything else is thrown. */
export function answer(path: string, asked: Asked): Answer {
  if (path === '/redirect') {
    asked.session.visits = 9
    return { location: '/session' }
  }
  const route = ROUTES[path]
  if (route === undefined) throw new Error(`no route ${path}`)
  try {
    return { json: route(asked) }
  } catch (error) {
    if (error instanceof SessionError) return { json: { code: error.code } }
    throw error
  }
}

/** Reads a session, then writes to it: what the read gave, and the code that the write threw. */
export function lateWrite(session: Session<Data>): string {
  const { visits } = session
  try {
    session.visits = 4
    return `visits ${visits}, written`
  } catch (error) {
    if (error instanceof SessionError) return `visits ${visits}, ${error.code}`
    throw error
  }
}
