import { randomFillSync } from 'node:crypto'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { createCompactSealer } from '../../src/sealing/sealer.ts'
import { createSecretRing } from '../../src/sealing/secrets.ts'
import type { SubKeyMemory } from '../../src/sealing/sub-keys.ts'
import { toBase64url } from '../sealing/independent-base64url.ts'
import { compactVector, SIGNED_VECTORS } from '../vectors/vectors.ts'
import { commitNow } from '../support/commit-now.ts'
import { CURRENT, makeSessions, mint, NAME, secretOf, sessionContent } from './world.ts'

/** How often each costly operation was asked for. Counting does not depend on how fast the machine is. */
const work = vi.hoisted(() => ({ derivations: 0, decryptions: 0, macs: 0 }))
const memories = vi.hoisted((): SubKeyMemory[] => [])

vi.mock(import('node:crypto'), async (load) => {
  const crypto = await load()
  return {
    ...crypto,
    // as: the overloads of the original are those of the counted one
    createDecipheriv: ((...args: Parameters<typeof crypto.createDecipheriv>) => {
      work.decryptions++
      return crypto.createDecipheriv(...args)
    }) as typeof crypto.createDecipheriv,
    createHmac: (...args: Parameters<typeof crypto.createHmac>) => {
      work.macs++
      return crypto.createHmac(...args)
    },
  }
})

vi.mock(import('../../src/sealing/hkdf.ts'), async (load) => {
  const hkdf = await load()
  return {
    ...hkdf,
    deriveKey: (...args: Parameters<typeof hkdf.deriveKey>) => {
      work.derivations++
      return hkdf.deriveKey(...args)
    },
  }
})

vi.mock(import('../../src/sealing/sub-keys.ts'), async (load) => {
  const subKeys = await load()
  return {
    ...subKeys,
    createSubKeyMemory: (bound?: number) => {
      const memory = subKeys.createSubKeyMemory(bound)
      memories.push(memory)
      return memory
    },
  }
})

const V = CURRENT.sealed
const PREFIX = V.slice(0, 28)

/** A cookie that names our secret, under a salt that nobody ever drew. */
function hostileSalt(): string {
  const bytes = randomFillSync(Buffer.alloc(90))
  bytes[0] = 1
  bytes.write(CURRENT.keyId, 1, 4, 'hex')
  return toBase64url(bytes)
}

beforeEach(() => {
  Object.assign(work, { derivations: 0, decryptions: 0, macs: 0 })
  memories.length = 0
})

function freshSessions(): { sessions: ReturnType<typeof makeSessions>; memory: SubKeyMemory } {
  const sessions = makeSessions({ secrets: [secretOf(CURRENT), secretOf(compactVector('previous secret'))] })
  const [memory] = memories
  if (memory === undefined) throw new Error('sessions have no memory of sub-keys')
  Object.assign(work, { derivations: 0, decryptions: 0, macs: 0 })
  return { sessions, memory }
}

describe('50,000 cookies with salts that an attacker made up', () => {
  test('leave nothing in the memory of sub-keys, and do not push the real one out', () => {
    const { sessions, memory } = freshSessions()
    expect(sessions.open(V).ok).toBe(true)
    expect(memory.size).toBe(1)
    for (let count = 0; count < 50_000; count++) {
      const opened = sessions.open(hostileSalt())
      if (opened.ok || opened.reason !== 'tampered') throw new Error('a made-up cookie was not tampered')
    }
    expect(memory.size).toBe(1)
    expect(memory.get(PREFIX)).toBeDefined()
    const { derivations } = work
    expect(sessions.open(V).ok).toBe(true)
    expect(work.derivations).toBe(derivations)
  })

  test('cost one derivation and one decryption each, and nothing more', () => {
    const { sessions } = freshSessions()
    for (let count = 0; count < 1000; count++) sessions.open(hostileSalt())
    expect(work).toEqual({ derivations: 1000, decryptions: 1000, macs: 0 })
  })

  test('are derived again when they come again: not even a second visit is remembered', () => {
    const { sessions, memory } = freshSessions()
    const text = hostileSalt()
    for (let count = 0; count < 10; count++) sessions.open(text)
    expect(work.derivations).toBe(10)
    expect(memory.size).toBe(0)
    expect(memory.get(text.slice(0, 28))).toBeUndefined()
  })
})

describe('the memory of sub-keys', () => {
  test('takes one derivation for a salt that authenticated, however many cookies follow', () => {
    const { sessions, memory } = freshSessions()
    const texts = Array.from({ length: 100 }, (_, count) => sessions.seal({ count }))
    Object.assign(work, { derivations: 0 })
    for (const text of texts) expect(sessions.open(text).ok).toBe(true)
    expect(work.derivations).toBe(1)
    expect(memory.size).toBe(1)
  })

  test('takes no key from a real salt with a tampered content', () => {
    const { sessions, memory } = freshSessions()
    expect(sessions.open(`${V.slice(0, -8)}AAAAAAAA`)).toEqual({ ok: false, reason: 'tampered' })
    expect(memory.size).toBe(0)
    expect(sessions.open(V).ok).toBe(true)
    expect(sessions.open(`${V.slice(0, -8)}AAAAAAAA`)).toEqual({ ok: false, reason: 'tampered' })
    expect(memory.size).toBe(1)
  })

  test('is not shared between names: a salt of one cookie says nothing about another', () => {
    const { sessions } = freshSessions()
    const { jar } = sessions.begin({}, { cookieHeader: `device=${V}`, isSecure: () => true })
    expect(sessions.open(V).ok).toBe(true)
    expect(jar.encrypted.get('device')).toBeUndefined()
  })

  test('holds at most 4,096 keys though 5,000 processes have sealed', () => {
    const { sessions, memory } = freshSessions()
    const secrets = createSecretRing([secretOf(CURRENT)])
    const content = sessionContent('{}')
    let most = 0
    for (let process = 0; process < 5000; process++) {
      const text = createCompactSealer(secrets, `cookie.${NAME}`, () => 0).seal(content)
      if (!sessions.open(text).ok) throw new Error('an authentic cookie did not open')
      if (process % 50 === 0) most = Math.max(most, memory.size)
    }
    expect(Math.max(most, memory.size)).toBeLessThanOrEqual(4096)
    expect(most).toBe(4096)
  })
})

describe('what is refused before any cryptography', () => {
  test.for<[string, string]>([
    ['an unknown key id', compactVector('long secret').sealed],
    ['another version', `B${V.slice(1)}`],
    ['another alphabet', V.replace(/[-_]/g, '+')],
    ['padding', `${V}==`],
    ['spare bits', `${V.slice(0, -1)}${'AEIMQUYcgkosw048'.includes(V.slice(-1)) ? 'B' : 'C'}`],
    ['a short text', V.slice(0, 77)],
    ['a long text', V.repeat(40)],
    ['nothing', ''],
  ])('is %s', ([, text]) => {
    const { sessions } = freshSessions()
    expect(sessions.open(text).ok).toBe(false)
    expect(sessions.read(`${NAME}=${text}`).refused).toBeDefined()
    expect(work).toEqual({ derivations: 0, decryptions: 0, macs: 0 })
  })

  test('is everything, in a request that does not look at its session', () => {
    const { sessions } = freshSessions()
    const exchange = sessions.begin(
      {},
      { cookieHeader: `${NAME}=${V}; ${NAME}=${hostileSalt()}`, isSecure: () => true },
    )
    expect(exchange.session.status).toBe('untouched')
    expect(exchange.commit()).toEqual({ setCookie: [], vary: false, noStore: false })
    expect(work).toEqual({ derivations: 0, decryptions: 0, macs: 0 })
  })
})

describe('many cookies of our name in one request', () => {
  test('make us derive two keys at the most, and none at all when more than three could be ours', () => {
    const { sessions } = freshSessions()
    const header = (count: number): string => Array.from({ length: count }, () => `${NAME}=${hostileSalt()}`).join('; ')
    expect(sessions.read(header(2)).refused).toBe('tampered')
    expect(work).toEqual({ derivations: 2, decryptions: 2, macs: 0 })
    expect(sessions.read(header(3)).refused).toBe('duplicate')
    expect(work).toEqual({ derivations: 4, decryptions: 4, macs: 0 })
    Object.assign(work, { derivations: 0, decryptions: 0 })
    for (const count of [4, 16, 17, 4000]) expect(sessions.read(header(count)).refused).toBe('duplicate')
    expect(work).toEqual({ derivations: 0, decryptions: 0, macs: 0 })
  })

  test('cost no key where a forged one of a salt that we know came along', () => {
    const { sessions } = freshSessions()
    expect(sessions.open(V).ok).toBe(true)
    const forged = [`${V.slice(0, -8)}AAAAAAAA`, `${V.slice(0, -8)}BBBBBBBA`]
    Object.assign(work, { derivations: 0, decryptions: 0 })
    const header = [hostileSalt(), ...forged].map((text) => `${NAME}=${text}`).join('; ')
    expect(sessions.read(header).refused).toBe('duplicate')
    expect(work).toEqual({ derivations: 0, decryptions: 2, macs: 0 })
  })

  test('lock nobody out whose own is beside one that a neighbour planted, not even after a restart', () => {
    for (const values of [
      [hostileSalt(), V],
      [V, hostileSalt()],
      [hostileSalt(), 'rubbish', V],
    ]) {
      const { sessions } = freshSessions()
      expect(sessions.read(values.map((text) => `${NAME}=${text}`).join('; '))['accountId']).toBe(7)
      // Its salt is known from then on, and comes first: two planted ones change nothing.
      expect(sessions.read(`${NAME}=${hostileSalt()}; ${NAME}=${hostileSalt()}; ${NAME}=${V}`)['accountId']).toBe(7)
    }
  })

  test('cost one opening when they are all the same', () => {
    const { sessions } = freshSessions()
    expect(sessions.read(`${NAME}=${V}; `.repeat(4000)).refused).toBeUndefined()
    expect(work).toEqual({ derivations: 1, decryptions: 1, macs: 0 })
  })

  test('are opened once in a request, however often its session is asked', () => {
    const { sessions } = freshSessions()
    const exchange = sessions.begin({}, { cookieHeader: `${NAME}=${V}`, isSecure: () => true })
    for (let count = 0; count < 10; count++) expect(exchange.session['accountId']).toBe(7)
    commitNow(exchange)
    expect(work.decryptions).toBe(1)
  })

  test('never hide the visitor’s own behind them, so that one that somebody planted counts', async () => {
    const { sessions } = freshSessions()
    const invented = Array.from({ length: 3 }, () => `${NAME}=${hostileSalt()}`)
    const other = await mint(sessionContent('{"mallory":1}', { id: 'e'.repeat(32) }))
    for (const own of [`${NAME}=${V}`, `${NAME}=${other}`]) {
      const planted = own === `${NAME}=${V}` ? other : V
      const read = sessions.read([`${NAME}=${planted}`, ...invented, own].join('; '))
      expect(read.refused).toBe('duplicate')
      expect({ ...read }).toEqual({})
    }
  })

  test('cost a jar as little, and two keys in all for the names that come more than once', () => {
    const { sessions } = freshSessions()
    const names = Array.from({ length: 20 }, (_, at) => `device-${at}`)
    const twice = names.flatMap((name) => [`${name}=${hostileSalt()}`, `${name}=${hostileSalt()}`])
    const { jar } = sessions.begin({}, { cookieHeader: twice.join('; '), isSecure: () => true })
    for (const name of names) expect(jar.encrypted.get(name)).toBeUndefined()
    expect(work).toEqual({ derivations: 2, decryptions: 2, macs: 0 })
  })

  test('of other names take nothing from a name that came once', () => {
    const { sessions } = freshSessions()
    const own = sessions.begin({}, { cookieHeader: undefined, isSecure: () => true })
    own.jar.encrypted.set('device', 7)
    const pair = commitNow(own).setCookie[0]?.split(';')[0]
    const planted = Array.from({ length: 2 }, () => `theme=${hostileSalt()}`)
    const { jar } = sessions.begin({}, { cookieHeader: [...planted, pair].join('; '), isSecure: () => true })
    expect(jar.encrypted.get('theme')).toBeUndefined()
    expect(jar.encrypted.get('device')).toBe(7)
  })

  test('cost a jar four openings at the most as well', () => {
    const { sessions } = freshSessions()
    const signed = SIGNED_VECTORS[0]?.sealed ?? ''
    const forged = Array.from({ length: 4000 }, (_, at) => `${signed.slice(0, -9)}${String(at).padStart(8, 'A')}A`)
    const seals = Array.from({ length: 4000 }, hostileSalt)
    for (const count of [16, 4000]) {
      const cookies = [
        ...forged.slice(0, count).map((text) => `theme=${text}`),
        ...seals.slice(0, count).map((text) => `device=${text}`),
      ]
      const { jar } = sessions.begin({}, { cookieHeader: cookies.join('; '), isSecure: () => true })
      expect(jar.encrypted.get('device')).toBeUndefined()
      expect(jar.signed.get('theme')).toBeUndefined()
      expect(work).toMatchObject({ decryptions: 0, macs: 4 })
    }
  })

  test('that a session’s own fleet sealed are all opened when they are three', async () => {
    const { sessions } = freshSessions()
    const texts = await Promise.all(
      Array.from({ length: 3 }, (_, at) => mint(sessionContent(JSON.stringify({ at }), { slid: 1_767_226_400 + at }))),
    )
    expect(sessions.read(texts.map((text) => `${NAME}=${text}`).join('; '))['at']).toBe(2)
  })
})

describe('signed cookies', () => {
  test('take one derivation a name and secret, however many come and go', () => {
    const { sessions } = freshSessions()
    for (let count = 0; count < 10; count++) {
      const exchange = sessions.begin({}, { cookieHeader: undefined, isSecure: () => true })
      exchange.jar.signed.set('theme', count)
      const pair = commitNow(exchange).setCookie[0]?.split(';')[0]
      const { jar } = sessions.begin({}, { cookieHeader: pair, isSecure: () => true })
      expect(jar.signed.get('theme')).toBe(count)
    }
    expect(work.derivations).toBe(1)
  })

  test('of a thousand names that a handler makes up push out none of those in use', () => {
    const { sessions } = freshSessions()
    const set = (name: string): void => {
      sessions.begin({}, { cookieHeader: undefined, isSecure: () => true }).jar.signed.set(name, 1)
    }
    const inUse = Array.from({ length: 40 }, (_, at) => `used-${at}`)
    for (const name of [...inUse, ...inUse]) set(name)
    for (let count = 0; count < 1000; count++) {
      set(`made-up-${count}`)
      set(inUse[count % 40] ?? '')
    }
    Object.assign(work, { derivations: 0 })
    for (const name of inUse) set(name)
    expect(work.derivations).toBe(0)
  })

  test('of a name beyond Latin letters open under that name alone', () => {
    const { sessions } = freshSessions()
    const [signed] = SIGNED_VECTORS
    for (const name of ['\u0174heme', 't\u0168eme', 'theme']) {
      const { jar } = sessions.begin({}, { cookieHeader: `${name}=${signed?.sealed}`, isSecure: () => true })
      for (let times = 0; times < 3; times++) expect(jar.signed.get(name)).toBe(name === 'theme' ? 'dark' : undefined)
    }
  })
})
