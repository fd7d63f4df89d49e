import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createSessions } from '../../src/index.ts'
import { inspectCookie } from '../../src/inspect/index.ts'
import { cookieStore, migrate } from '../../src/persistence/index.ts'
import { railsFormat, type RailsOptions } from '../../src/rails/index.ts'
import { loadMarshal, loadMarshalHash } from '../../src/rails/marshal.ts'
import { MarshalWriter } from '../../src/rails/marshal-writer.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { firstFrame, thrownBy } from '../support/thrown-by.ts'
import { base, ID, minted, NAME, payloadBytes, payloadOf, seen, setUp, type Loose } from './beside-rails.ts'
import { parseExactly } from './vectors.ts'

interface Row {
  readonly name: string
  readonly readable: boolean
  /** `{ session_id, user_id: 7, before, value, after: ['shared', value, :sym, {}] }` */
  readonly marshal: string
  /** What Rails' JSON makes of `value`. */
  readonly json?: string
}

interface Minted {
  readonly rails: string
  readonly ruby: string
  readonly rows: readonly Row[]
  readonly packed: readonly { readonly name: string; readonly messagePack: string }[]
}

/** Made by `vectors/ruby-values.rb`. */
const file = readFileSync(new URL('vectors/ruby-values.json', import.meta.url), 'utf8')
const all = JSON.parse(file) as readonly Minted[] // as: the tests look at every field

const HYBRID: Partial<RailsOptions> = { defaults: '6.1', serializer: 'hybrid' }
const PACKED: Partial<RailsOptions> = { defaults: '7.2', serializer: 'message_pack' }

describe.each(all)('in a Marshal session of Rails $rails on Ruby $ruby', ({ rows }) => {
  const payloadOfRow = ({ marshal }: Row): Buffer => Buffer.from(marshal, 'hex')

  test.each(rows.filter(({ readable }) => readable))('$name reads as Rails JSON has it', (row) => {
    const { visitor } = setUp(HYBRID)
    visitor.cookies.set(NAME, minted(payloadOfRow(row), HYBRID))
    const read = seen(visitor, (session) => JSON.stringify([session['value'], session['user_id']]))
    expect(read).toBe(JSON.stringify([parseExactly(row.json ?? ''), 7]))
    // Written as JSON now, with what Ruby reads of it.
    const written = parseExactly(payloadOf(visitor, HYBRID)) as Record<string, unknown> // as: a session is an object
    expect(JSON.stringify(written['value'])).toBe(JSON.stringify(parseExactly(row.json ?? '')))
  })

  test.each(rows.filter(({ readable }) => !readable))(
    '$name is refused under its key, and stays there while the rest is read and written',
    (row) => {
      const { visitor } = setUp(HYBRID)
      visitor.cookies.set(NAME, minted(payloadOfRow(row), HYBRID))
      const { setCookie } = visitor.visit(({ session }) => {
        expect(session.isNew).toBe(false)
        expect([session['user_id'], session['before']]).toEqual([7, ['shared', 'sym']])
        const error = thrownBy(() => session['value'])
        expect([error.code, error.kind]).toEqual(['ERR_SESSION_VALUE', 'data'])
        expect(error.message).toMatch(/^session\.value holds .+, which only the application that wrote it can read\./)
        expect(firstFrame(error)).toContain('ruby-values.test.ts')
        expect('value' in session).toBe(true)
        expect(Object.keys(session)).toEqual(['user_id', 'before'])
        expect(JSON.stringify({ ...session })).toBe('{"user_id":7,"before":["shared","sym"]}')
      })
      expect(setCookie).toEqual([])
      visitor.visit(({ session }) => {
        session['user_id'] = 8
        session['cart'] = { id: 'Zoë', far: 2 ** 40, half: 0.5, none: null, list: [true, -7, 300] }
        delete session['before']
      })
      const hash = loadMarshalHash(payloadBytes(visitor, HYBRID))
      const kept = loadMarshalHash(payloadOfRow(row))
      expect([...(hash?.members.keys() ?? [])]).toEqual(['session_id', 'value', 'after', 'user_id', 'cart'])
      expect(hash?.members.get('value')?.problem).toBe(kept?.members.get('value')?.problem)
      expect(seen(visitor, (session) => [session['user_id'], session['cart'], session.id])).toEqual([
        8,
        { id: 'Zoë', far: 2 ** 40, half: 0.5, none: null, list: [true, -7, 300] },
        ID,
      ])
    },
  )

  test.each(rows)('$name goes back byte for byte where every key does', (row) => {
    const payload = payloadOfRow(row)
    const hash = loadMarshalHash(payload)
    if (hash === undefined) throw new Error('not a hash')
    const writer = new MarshalWriter(hash)
    for (const { extents } of hash.members.values()) writer.keep(extents)
    expect(writer.end().toString('hex')).toBe(payload.toString('hex'))
  })

  test.each(rows)('$name goes back whole where what it links to is gone', (row) => {
    const hash = loadMarshalHash(payloadOfRow(row))
    const after = hash?.members.get('after')
    if (hash === undefined || after === undefined) throw new Error('not a hash')
    const writer = new MarshalWriter(hash)
    writer.write('first', ['x', 1.5, 2n ** 70n, { k: 'y' }])
    writer.keep(after.extents)
    const again = loadMarshalHash(writer.end())
    expect(again?.members.get('first')?.value).toEqual(['x', 1.5, 2n ** 70n, { k: 'y' }])
    expect(again?.members.get('after')).toMatchObject({ value: after.value, problem: after.problem })
  })
})

test('a key whose object is assigned or deleted is written, and with it the session as JSON again', () => {
  const [{ rows } = { rows: [] }] = all
  const row = rows.find(({ name }) => name === 'object')
  for (const [change, expected] of [
    [(session: Record<string, unknown>): unknown => (session['value'] = 1), '"value":1'],
    [(session: Record<string, unknown>): unknown => delete session['value'], '"user_id":7,"before"'],
  ] as const) {
    const { visitor } = setUp(HYBRID)
    visitor.cookies.set(NAME, minted(Buffer.from(row?.marshal ?? '', 'hex'), HYBRID))
    visitor.visit(({ session }) => {
      change(session)
      delete session['after']
    })
    expect(payloadOf(visitor, HYBRID)).toContain(expected)
  }
})

test('reset leaves nothing of an object behind, and renew keeps it under the new id', () => {
  const [{ rows } = { rows: [] }] = all
  const cookie = minted(Buffer.from(rows.find(({ name }) => name === 'object')?.marshal ?? '', 'hex'), HYBRID)
  const { visitor } = setUp(HYBRID)
  visitor.cookies.set(NAME, cookie)
  visitor.visit(({ session }) => session.renew())
  const renewed = loadMarshalHash(payloadBytes(visitor, HYBRID))
  expect(renewed?.members.get('value')?.problem).toBe('holds an object of class Money')
  expect(renewed?.members.get('session_id')?.value).toMatch(/^(?!5f1d3b9a)[\da-f]{32}$/)
  visitor.visit(({ session }) => {
    session.reset()
    session['user_id'] = 9
  })
  expect(payloadOf(visitor, HYBRID)).toMatch(/^\{"session_id":"[\da-f]{32}","user_id":9\}$/)
})

test('of a flash the entries that can be read are shown once, and one that nobody looked at goes back as it came', () => {
  // Ruby: Marshal.dump({ 'session_id' => ID, 'flash' => { 'discard' => [], 'flashes' => { 'a' => Money.new(1), 'b' => 'Hi' } } })
  const payload = `\x04\b{\x07I"\x0fsession_id\x06:\x06ETI"%${ID}\x06;\x00TI"\nflash\x06;\x00T{\x07I"\fdiscard\x06;\x00T[\x00I"\fflashes\x06;\x00T{\x07I"\x06a\x06;\x00To:\nMoney\x06:\x0b@centsi\x06I"\x06b\x06;\x00TI"\x07Hi\x06;\x00T`
  const { visitor } = setUp(HYBRID)
  visitor.cookies.set(NAME, minted(Buffer.from(payload, 'latin1'), HYBRID))
  visitor.visit(({ session }) => (session['cart'] = 1))
  const kept = loadMarshalHash(payloadBytes(visitor, HYBRID))
  expect(kept?.members.get('flash')?.problem).toBe('holds an object of class Money')
  visitor.visit(({ session }) => expect({ ...session.flash }).toEqual({ b: 'Hi' }))
  expect(payloadOf(visitor, HYBRID)).toBe(`{"session_id":"${ID}","cart":1}`)
})

describe.each(all.flatMap(({ packed }) => packed))('in a MessagePack session', ({ name, messagePack }) => {
  test(`${name} goes back byte for byte, whatever else is written`, () => {
    const { visitor } = setUp(PACKED)
    visitor.cookies.set(NAME, minted(Buffer.from(messagePack, 'hex'), PACKED))
    visitor.visit(({ session }) => {
      session['user_id'] = 8
      session['cart'] = [1, 'x']
    })
    const written = payloadBytes(visitor, PACKED).toString('hex')
    const kept = /a5(?:76616c7565).*(?=a56166746572a17a)/.exec(messagePack)?.[0] ?? 'nothing'
    expect(written).toContain(kept)
    expect(seen(visitor, (session) => [session['user_id'], session['cart'], session['after']])).toEqual([
      8,
      [1, 'x'],
      'z',
    ])
  })
})

test('a value of an extension type that Rails has not refuses its own key in a MessagePack session', () => {
  const [, { packed } = { packed: [] }] = all
  const payload = packed.find(({ name }) => name === 'object')?.messagePack ?? ''
  const { visitor } = setUp(PACKED)
  visitor.cookies.set(NAME, minted(Buffer.from(payload, 'hex'), PACKED))
  visitor.visit(({ session }) => {
    expect(session['user_id']).toBe(7)
    expect(thrownBy(() => session['value']).message).toContain('session.value holds a value of the extension type 42')
  })
})

test('a store takes what can be read of a session that moves into it, and leaves the rest behind', async () => {
  const [{ rows } = { rows: [] }] = all
  const row = rows.find(({ name }) => name === 'object')
  const sessions = createSessions<Loose>({
    name: NAME,
    format: railsFormat({ ...base, ...HYBRID }),
    store: migrate({ from: cookieStore(), to: memoryStore() }),
    guard: 'json',
  })
  const cookieHeader = `${NAME}=${minted(Buffer.from(row?.marshal ?? '', 'hex'), HYBRID)}`
  const first = sessions.begin({}, { cookieHeader, isSecure: () => false })
  await first.load()
  expect([first.session['user_id'], 'value' in first.session]).toEqual([7, false])
})

test('inspect names the key and the class of what cannot be read, and shows the rest', () => {
  const [{ rows } = { rows: [] }] = all
  const cookie = minted(Buffer.from(rows.find(({ name }) => name === 'object')?.marshal ?? '', 'hex'), HYBRID)
  const { findings, data, verdict } = inspectCookie(cookie, {
    name: NAME,
    rails: { ...base, ...HYBRID },
    showValues: true,
  })
  expect(verdict).toEqual({ ok: true, secret: 0 })
  expect(data).toEqual({ session_id: ID, user_id: 7, before: ['shared', 'sym'] })
  expect(findings.filter(({ code }) => code === 'unreadable-key').map(({ message }) => message)).toEqual([
    '"value" holds an object of class Money: reading that key is refused, and it goes back as it came',
    '"after" holds an object of class Money: reading that key is refused, and it goes back as it came',
  ])
})

test('a range that Ruby says in another way, a time before the calendar and a nested pattern are refused, not guessed', () => {
  const holds = (hex: string): string => {
    try {
      return JSON.stringify(loadMarshal(Buffer.from(hex, 'hex')))
    } catch (error) {
      return String(error)
    }
  }
  expect(
    holds(
      '04086f3a0a52616e6765083a096578636c463a0a626567696e49753a0954696d650d20801fc000000000063a097a6f6e65492208555443063a0645463a08656e6449753b080d20c01fc000000000063b094006',
    ),
  ).toContain('Range in a form that is not known')
  expect(holds('0408553a09446174655b0b69006903069f22690069006900660c32323939313631')).toContain(
    'Date in a form that is not known',
  )
  expect(holds('0408492f0e283f692d6d783a612900063a064546')).toContain('holds an object of class Regexp')
})
