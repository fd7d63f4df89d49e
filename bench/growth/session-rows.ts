import { randomBytes } from 'node:crypto'
import type { AnyData, Json, Sessions } from '../../src/index.ts'
import { sessionOfBytes } from '../session.ts'
import type { Row, Step } from './curve.ts'
import { inCookie, inMemory, newSecret, visit } from './visitor.ts'

interface Item {
  qty: number
}

/** The list that a request finds in its session. */
function itemsOf(value: Json | undefined): Item[] {
  return value as unknown as Item[] // as: the row put it there
}

const ITEMS = [10, 30, 100, 300, 1000]

function listOf(length: number): Json[] {
  return Array.from({ length }, (_, id) => ({ id, name: `item ${id}`, qty: 1 }))
}

/** A request that writes one key of a session of that many bytes. */
async function writing(sessions: Sessions<AnyData>, bytes: number): Promise<Step> {
  const cookie = await visit(sessions, '', (session) => void Object.assign(session, sessionOfBytes(bytes)))
  let n = 0
  return () => visit(sessions, cookie, (session) => (session['p0'] = `${++n % 10}`))
}

/** What a session costs the process that it is in: no database, no network. */
export const SESSION_ROWS: readonly Row[] = [
  {
    title: 'a request that writes, in the cookie',
    unit: 'bytes of payload',
    sizes: [100, 300, 900, 2700],
    allowed: 'linear',
    prepare: (bytes) => writing(inCookie(), bytes),
  },
  {
    title: 'a request that writes one key, in a store',
    unit: 'bytes of payload',
    sizes: [100, 1000, 10_000, 100_000],
    allowed: 'linear',
    prepare: (bytes) => writing(inMemory(), bytes),
  },
  {
    title: 'each item of a list changed, one by one',
    unit: 'items',
    sizes: ITEMS,
    allowed: 'linear',
    async prepare(length) {
      const sessions = inMemory()
      const cookie = await visit(sessions, '', (session) => void (session['list'] = listOf(length)))
      return () =>
        visit(sessions, cookie, (session) => {
          for (const item of itemsOf(session['list'])) item.qty = (item.qty + 1) % 10
        })
    },
  },
  {
    title: 'items pushed, one by one',
    unit: 'items',
    sizes: ITEMS,
    allowed: 'linear',
    prepare(length) {
      const sessions = inMemory()
      return () =>
        visit(sessions, '', (session) => {
          session['list'] = []
          const list = itemsOf(session['list'])
          for (let qty = 0; qty < length; qty++) list.push({ qty })
        })
    },
  },
  {
    title: 'keys set, one by one',
    unit: 'keys',
    sizes: ITEMS,
    allowed: 'linear',
    prepare(length) {
      const sessions = inMemory()
      return () =>
        visit(sessions, '', (session) => {
          for (let key = 0; key < length; key++) session[`key${key}`] = key
        })
    },
  },
  {
    title: 'flash messages set, and read by the next request',
    unit: 'messages',
    sizes: [1, 10, 30, 100, 300],
    allowed: 'linear',
    prepare(length) {
      const sessions = inMemory()
      return async () => {
        const cookie = await visit(sessions, '', ({ flash }) => {
          for (let at = 0; at < length; at++) flash[`message${at}`] = 'saved'
        })
        await visit(sessions, cookie, ({ flash }) => Object.values(flash))
      }
    },
  },
  {
    title: 'a session among other cookies',
    unit: 'cookies',
    sizes: [1, 10, 30, 100],
    allowed: 'linear',
    prepare(length) {
      const sessions = inCookie()
      const others = Array.from({ length }, (_, at) => `other${at}=${'x'.repeat(20)}`).join('; ')
      const header = `${others}; session=${sessions.seal({ user: 7 })}`
      return () => visit(sessions, header, (session) => session['user'])
    },
  },
  {
    title: 'a jar that reads all of its cookies',
    unit: 'cookies',
    sizes: [1, 10, 30, 100, 180],
    allowed: 'linear',
    async prepare(length) {
      const sessions = inCookie()
      const names = Array.from({ length }, (_, at) => `c${at}`)
      const lines: string[] = []
      const exchange = sessions.begin({}, { cookieHeader: '', isSecure: () => true })
      for (const name of names) exchange.jar.encrypted.set(name, 'value')
      for (const line of (await exchange.commit()).setCookie) lines.push(line.slice(0, line.indexOf(';')))
      const header = lines.join('; ')
      return () =>
        visit(sessions, header, (_, jar) => {
          const { encrypted } = jar()
          for (const name of names) encrypted.get(name)
        })
    },
  },
  {
    title: 'a session that the last of the secrets sealed',
    unit: 'secrets',
    sizes: [1, 3, 10, 30],
    allowed: 'flat',
    prepare(length) {
      const secrets = Array.from({ length }, newSecret)
      const sealed = inCookie({ secrets: secrets.slice(-1) }).seal({ user: 7 })
      const sessions = inCookie({ secrets })
      return () => sessions.open(sealed)
    },
  },
  {
    title: 'sessions that other processes sealed',
    unit: 'processes',
    sizes: [1, 10, 100, 1000],
    allowed: 'flat',
    prepare(length) {
      const secrets = [newSecret()]
      const sealed = Array.from({ length }, () => inCookie({ secrets }).seal({ user: 7 }))
      const sessions = inCookie({ secrets })
      for (const each of sealed) sessions.open(each)
      let at = 0
      return () => sessions.open(sealed[at++ % length] ?? '')
    },
  },
]

const SALT_AT = 5
const SALT_BYTES = 16

/** One header with cookies of our name, each with a salt that no process ever drew, against one honest cookie. */
export const HOSTILE_ROW: Row = {
  title: 'one header with invented salts, against one honest cookie',
  unit: 'cookies',
  sizes: [1, 2, 3, 4, 16],
  allowed: 'linear',
  prepare(length) {
    const sessions = inCookie()
    const bytes = Buffer.from(sessions.seal({ user: 7 }), 'base64url')
    const forged = (): string => {
      randomBytes(SALT_BYTES).copy(bytes, SALT_AT)
      return `session=${bytes.toString('base64url')}`
    }
    const headers = Array.from({ length: 200 }, () => Array.from({ length }, forged).join('; '))
    let at = 0
    return () => visit(sessions, headers[at++ % headers.length] ?? '', (session) => session['user'])
  },
}

/** What one honest request costs, for `HOSTILE_ROW`. */
export const HONEST_ROW: Row = {
  title: 'one header with one honest cookie',
  unit: 'cookies',
  sizes: [1],
  allowed: 'flat',
  prepare() {
    const sessions = inCookie()
    const header = `session=${sessions.seal({ user: 7 })}`
    return () => visit(sessions, header, (session) => session['user'])
  },
}
