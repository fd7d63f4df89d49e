import { afterAll, describe, expect, test } from 'vitest'
import type { CommitHeaders, RefusedReason, SessionEvent } from '../../src/index.ts'
import { compactVector } from '../vectors/vectors.ts'
import { commitNow } from '../support/commit-now.ts'
import { CURRENT, DROPPED, makeSessions, mint, NAME, NOW, PREVIOUS, sessionContent, watchPrototypes } from './world.ts'

const events: SessionEvent[] = []
const sessions = makeSessions({ onEvent: (event) => events.push(event) })
const V = CURRENT.sealed
const OTHER = compactVector('empty session').sealed

/** One request that looks at its session: why it was refused, and what the response would carry. */
function visit(cookieHeader: string): {
  refused: RefusedReason | undefined
  data: object
  commit: CommitHeaders
  heard: SessionEvent[]
} {
  events.length = 0
  const exchange = sessions.begin({}, { cookieHeader, isSecure: () => true })
  const { refused } = exchange.session
  const data = { ...exchange.session }
  const read = sessions.read(cookieHeader)
  expect(read.refused).toBe(refused)
  const commit = commitNow(exchange)
  return { refused, data, commit, heard: [...events] }
}

afterAll(watchPrototypes())

describe('a Cookie header', () => {
  test.for<[string, RefusedReason | undefined]>([
    [`${NAME}=${V}`, undefined],
    [`a=1; ${NAME}=${V}; b=2`, undefined],
    [`${NAME}=${V};`, undefined],
    [`;;;${NAME}=${V};;`, undefined],
    [`\t ${NAME} \t = \t ${V} \t `, undefined],
    [`${NAME}; ${NAME}=${V}`, undefined],
    [`a; ${NAME}=${V}; =; ==; ; b`, undefined],
    [`__proto__=1; constructor=2; ${NAME}=${V}; prototype=3; toString=4`, undefined],
    [`x${NAME}=bad; ${NAME}x=bad; ${NAME}=${V}; a=${NAME}=${V}`, undefined],
    [`\0=1; ${NAME}=${V}`, undefined],
    [`%E0%A4%A=%E0%A4%A; ${NAME}=${V}`, undefined],
    [`\ud83e=\udde5; ${NAME}=${V}`, undefined],
    ['', 'missing'],
    [';', 'missing'],
    ['=', 'missing'],
    [NAME, 'missing'],
    [`=${NAME}`, 'missing'],
    [`a=${NAME}=${V}`, 'missing'],
    [`${NAME.toUpperCase()}=${V}`, 'missing'],
    [`x${NAME}=${V}`, 'missing'],
    [`${NAME}x=${V}`, 'missing'],
    [`__Host-${NAME}=${V}`, 'missing'],
    [`%73ession=${V}`, 'missing'],
    [`\0${NAME}=${V}`, 'missing'],
    [`"${NAME}"=${V}`, 'missing'],
    [`${NAME}=`, 'malformed'],
    [`${NAME}==${V}`, 'malformed'],
    [`${NAME}="${V}"`, 'malformed'],
    [`${NAME}=${V}, b=1`, 'malformed'],
    [`${NAME}=${V}\0`, 'malformed'],
    [`${NAME}=${V}\n`, 'malformed'],
    [`${NAME}=${V}\u00a0`, 'malformed'],
    [`${NAME}=%${V}`, 'malformed'],
    [`${NAME}=%E0%A4%A`, 'malformed'],
    [`${NAME}=${V.replace('_', '%5F')}`, 'malformed'],
    [`${NAME}=__proto__`, 'malformed'],
    [`${NAME}=\ud83e`, 'malformed'],
    [`${NAME}=${'A'.repeat(1_048_576)}`, 'too-large'],
    [`${NAME}=${V}; ${NAME}=${'A'.repeat(1_048_576)}`, undefined],
  ])('gives the session that is in it, or says why not (%#)', ([header, expected]) => {
    const { refused, data, commit } = visit(header)
    expect(refused).toBe(expected)
    expect(data).toEqual(expected === undefined ? { accountId: 7 } : {})
    expect(commit).toEqual({ setCookie: [], vary: true, noStore: false })
  })

  test('may be absent, or null', () => {
    expect(sessions.read(undefined).refused).toBe('missing')
    expect(sessions.read(null).refused).toBe('missing')
  })

  test.for<[string, RefusedReason]>([
    ...[';', '=', ' ', '; ', '\0', 'é', '%', '=;=', NAME, `${NAME};`, '__proto__=1;'].map(
      (piece): [string, RefusedReason] => [piece, 'missing'],
    ),
    [`${NAME}=;`, 'malformed'],
    [`${NAME}=${NAME}`, 'too-large'],
  ])('may be a mebibyte of %j, and a valid cookie is found behind it', ([piece, reason]) => {
    const mebibyte = piece.repeat(Math.ceil(1_048_576 / piece.length))
    expect(visit(mebibyte).refused).toBe(reason)
    expect(visit(`${mebibyte};${NAME}=${V}`).refused).toBeUndefined()
  })
})

describe('two cookies of our name', () => {
  const bad: readonly [string, RefusedReason][] = [
    ['rubbish', 'malformed'],
    [`${V}=`, 'malformed'],
    [V.slice(0, -4), 'tampered'],
    [compactVector('value cookie').sealed, 'tampered'],
    [DROPPED.sealed, 'unknown-secret'],
    ['A'.repeat(5000), 'too-large'],
    ['', 'malformed'],
  ]

  test.for(bad)('are decided for the one that opens, in both orders, beside one that is bad (%#)', ([text]) => {
    for (const header of [`${NAME}=${text}; ${NAME}=${V}`, `${NAME}=${V}; ${NAME}=${text}`]) {
      const { refused, data, commit, heard } = visit(header)
      expect(refused).toBeUndefined()
      expect(data).toEqual({ accountId: 7 })
      expect(commit).toEqual({ setCookie: [], vary: true, noStore: false })
      expect(heard).toContainEqual({ type: 'duplicate', count: 1, cookie: NAME, at: NOW * 1000 })
    }
  })

  test.for(bad)(
    'are refused together when neither opens, with the more telling reason, in both orders (%#)',
    ([text, reason]) => {
      for (const header of [`${NAME}=${text}; ${NAME}=no`, `${NAME}=no; ${NAME}=${text}`])
        expect(visit(header).refused).toBe(reason)
    },
  )

  test('are one when they are the same', () => {
    for (const copies of [2, 3, 1000, 4000]) {
      const { refused, heard } = visit(Array.from({ length: copies }, () => `${NAME}=${V}`).join('; '))
      expect(refused).toBeUndefined()
      expect(heard).toEqual([])
    }
  })

  test('are refused as duplicate when they open to different sessions, in both orders', () => {
    for (const header of [`${NAME}=${V}; ${NAME}=${OTHER}`, `${NAME}=${OTHER}; ${NAME}=${V}`]) {
      const { refused, data, commit } = visit(header)
      expect(refused).toBe('duplicate')
      expect(data).toEqual({})
      expect(commit).toEqual({ setCookie: [], vary: true, noStore: false })
    }
    expect(visit(`${NAME}=${V}; ${NAME}=x; ${NAME}=${PREVIOUS.sealed}; ${NAME}=y`).refused).toBe('duplicate')
  })

  test('of one session are decided for the one that was written last, in both orders', async () => {
    const id = 'f'.repeat(32)
    const older = await mint(sessionContent('{"step":1}', { id, created: NOW - 600, slid: NOW - 500 }))
    const newer = await mint(sessionContent('{"step":2}', { id, created: NOW - 600, slid: NOW - 10 }))
    for (const texts of [
      [older, newer],
      [newer, older],
      [older, 'rubbish', newer],
    ]) {
      const { data, refused } = visit(texts.map((text) => `${NAME}=${text}`).join('; '))
      expect(refused).toBeUndefined()
      expect(data).toEqual({ step: 2 })
    }
  })

  test('are up to sixteen: the valid one is found among fifteen others, wherever it stands', () => {
    for (let place = 0; place < 16; place++) {
      const values = Array.from({ length: 16 }, (_, at) => (at === place ? V : `planted-${at}`))
      expect(visit(values.map((value) => `${NAME}=${value}`).join('; ')).refused).toBeUndefined()
    }
  })

  test('are refused as duplicate when they are seventeen or 4,000, the valid one among them or not', () => {
    for (const count of [17, 4000]) {
      const planted = Array.from({ length: count }, (_, at) => `${NAME}=planted-${at}`)
      expect(visit(planted.join('; ')).refused).toBe('duplicate')
      for (const place of [0, count / 2, count]) {
        const header = planted.toSpliced(place, 0, `${NAME}=${V}`).join('; ')
        const { refused, data, commit } = visit(header)
        expect(refused).toBe('duplicate')
        expect(data).toEqual({})
        expect(commit).toEqual({ setCookie: [], vary: true, noStore: false })
      }
    }
  })
})

describe('a refused cookie', () => {
  const late = makeSessions({ clock: () => (NOW + 15 * 86_400) * 1000 })
  const cases: readonly [RefusedReason, string, typeof sessions][] = [
    ['missing', '', sessions],
    ['malformed', `${NAME}=x`, sessions],
    ['tampered', `${NAME}=${V.slice(0, -4)}`, sessions],
    ['unknown-secret', `${NAME}=${DROPPED.sealed}`, sessions],
    ['too-large', `${NAME}=${'A'.repeat(5000)}`, sessions],
    ['duplicate', `${NAME}=${V}; ${NAME}=${OTHER}`, sessions],
    ['expired-idle', `${NAME}=${V}`, late],
    ['expired-absolute', `${NAME}=${V}`, makeSessions({ clock: () => (NOW + 31 * 86_400) * 1000 })],
  ]

  test.for(cases)(
    'gives the visitor no hint that it was %s: the response is that of a first visit',
    ([reason, header, server]) => {
      const first = server.begin({}, { cookieHeader: undefined, isSecure: () => true })
      const exchange = server.begin({}, { cookieHeader: header, isSecure: () => true })
      expect(first.session['accountId']).toBe(exchange.session['accountId'])
      expect(exchange.session.refused).toBe(reason)
      expect(exchange.session.isNew).toBe(first.session.isNew)
      expect({ ...exchange.session.flash }).toEqual({})
      expect(exchange.session.size.bytes).toBe(first.session.size.bytes)
      expect(exchange.session.status).toBe(first.session.status)
      expect(JSON.stringify(exchange.session)).toBe(JSON.stringify(first.session))
      expect(exchange.session.id).toMatch(/^[0-9a-f]{32}$/)
      expect(exchange.session.id).not.toBe(first.session.id)
      expect(exchange.commit()).toEqual(first.commit())
    },
  )

  test.for(cases)('that was %s can be written anew, and nothing of it is left', ([, header, server]) => {
    const exchange = server.begin({}, { cookieHeader: header, isSecure: () => true })
    exchange.session['fresh'] = 1
    const { setCookie, vary, noStore } = commitNow(exchange)
    expect({ count: setCookie.length, vary, noStore }).toEqual({ count: 1, vary: true, noStore: true })
    const value = /^session=([^;]*)/.exec(setCookie[0] ?? '')?.[1] ?? ''
    expect(server.open(value)).toMatchObject({ ok: true, data: { fresh: 1 }, secret: 0 })
    expect(setCookie[0]?.replace(value, '')).toBe('session=; Path=/; HttpOnly; Secure; SameSite=Lax')
  })

  test.for(cases)('that was %s throws nowhere, whatever a handler asks of it', ([, header, server]) => {
    for (const end of ['touch', 'reset', 'destroy', 'renew'] as const) {
      const exchange = server.begin({}, { cookieHeader: header, isSecure: () => true })
      const { session } = exchange
      expect(() => [
        session['a'],
        'a' in session,
        Object.keys(session),
        session.flash['notice'],
        session.size,
      ]).not.toThrow()
      expect(() => session[end]()).not.toThrow()
      expect(() => exchange.commit()).not.toThrow()
    }
  })

  test('tells the operator its reason, and no part of its value', () => {
    for (const [reason, header] of cases.slice(0, 6)) {
      const { heard } = visit(header)
      expect(heard.filter((event) => event.type === 'refused').map((event) => event.reason)).toEqual(
        reason === 'missing' ? [] : [reason, reason],
      )
      expect(JSON.stringify(heard)).not.toContain(V.slice(0, 12))
      expect(JSON.stringify(heard)).not.toContain(DROPPED.sealed.slice(0, 12))
    }
  })
})
