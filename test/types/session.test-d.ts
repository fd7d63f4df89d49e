import { expectTypeOf, test } from 'vitest'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { z } from 'zod'
import { CookieJar, createSessions, type Json, type Session, type StandardSchema } from '../../src/index.ts'

interface Account {
  id: number
  name: string
  plan: string
  seats: number
  email: string
}

interface Mistakes {
  when: Date
  map: Map<string, number>
  set: Set<number>
  big: bigint
  symbol: symbol
  handler: () => void
  promise: Promise<string>
  bytes: Uint8Array
  holes: (string | undefined)[]
  account: Account
  stamped: { uuid: string; created_at: string }
  nested: { deep: { at: Date } }
  list: Account[]
}

declare const session: Session<Mistakes>
declare const account: Account

test('a Date is refused with the sentence that says what to store', () => {
  // @ts-expect-error Type 'Date' is not assignable to type '"a Date comes back as a string: store date.toISOString()"'
  session.when = new Date()
  expectTypeOf(session.when).toEqualTypeOf<'a Date comes back as a string: store date.toISOString()' | undefined>()
})

test('a Map is refused with its sentence', () => {
  // @ts-expect-error a Map comes back empty
  session.map = new Map()
  expectTypeOf(session.map).toEqualTypeOf<
    'a Map comes back empty: store Object.fromEntries(map), or the ids in it' | undefined
  >()
})

test('a Set is refused with its sentence', () => {
  // @ts-expect-error a Set comes back empty
  session.set = new Set<number>()
  expectTypeOf(session.set).toEqualTypeOf<'a Set comes back empty: store [...set]' | undefined>()
})

test('a bigint is refused with its sentence', () => {
  // @ts-expect-error a bigint has no JSON
  session.big = 1n
  expectTypeOf(session.big).toEqualTypeOf<'a bigint has no JSON: store String(value)' | undefined>()
})

test('a symbol is refused with its sentence', () => {
  // @ts-expect-error a symbol has no JSON
  session.symbol = Symbol('x')
  expectTypeOf(session.symbol).toEqualTypeOf<'a symbol has no JSON: store its description' | undefined>()
})

test('a function is refused with its sentence', () => {
  // @ts-expect-error a function has no JSON
  session.handler = () => {}
  expectTypeOf(session.handler).toEqualTypeOf<'a function has no JSON: store the name of what it does' | undefined>()
})

test('a Promise is refused with its sentence', () => {
  // @ts-expect-error is an await missing?
  session.promise = Promise.resolve('x')
  expectTypeOf(session.promise).toEqualTypeOf<'a Promise comes back empty: is an await missing?' | undefined>()
})

test('bytes are refused with their sentence', () => {
  // @ts-expect-error bytes come back as an object of numbers
  session.bytes = new Uint8Array(3)
  expectTypeOf(session.bytes).toEqualTypeOf<
    'bytes come back as an object of numbers: store them as base64url text' | undefined
  >()
})

test('undefined in an array is refused with its sentence', () => {
  // @ts-expect-error undefined in an array comes back as null
  session.holes = ['a', undefined]
  expectTypeOf(session.holes).toEqualTypeOf<
    'undefined in an array comes back as null: leave it out, or store null'[] | undefined
  >()
})

test('a database record is refused with its sentence, as a value and in a list', () => {
  // @ts-expect-error this looks like a database record
  session.account = account
  // @ts-expect-error this looks like a database record
  session.list = [account]
  // @ts-expect-error an id beside a timestamp is a record too
  session.stamped = { uuid: 'x', created_at: '2026' }
  expectTypeOf(session.account).toEqualTypeOf<
    'this looks like a database record, and a copy goes stale: store its id' | undefined
  >()
})

test('a Date inside an object is refused where it stands', () => {
  // @ts-expect-error a Date comes back as a string
  session.nested = { deep: { at: new Date() } }
})

test('a key that was not declared is refused', () => {
  // @ts-expect-error Property 'acount' does not exist
  session.acount = 7
})

test('ids, small objects and lists of them are accepted', () => {
  interface Billing {
    accountId: number
    wizard: { step: number; plan: 'free' | 'pro' }
    cart: { id: number; qty: number }[]
    tags: readonly string[]
    note?: string
    pair: [number, string]
    either: string | null
  }
  const sessions = createSessions<Billing>({ name: 'session', secrets: [''] })
  const billing = sessions.of({})
  billing.accountId = 7
  billing.wizard = { step: 1, plan: 'pro' }
  billing.wizard.step = 2
  billing.cart = [{ id: 1, qty: 2 }]
  billing.tags = ['a']
  billing.pair = [1, 'a']
  billing.either = null
  billing.note = undefined
  expectTypeOf<Session<Billing>['accountId']>().toEqualTypeOf<number | undefined>()
  expectTypeOf<NonNullable<Session<Billing>['wizard']>['plan']>().toEqualTypeOf<'free' | 'pro'>()
  // @ts-expect-error not one of the declared plans
  billing.wizard.plan = 'gold'
})

test("the session's own names cannot be data", () => {
  const mine = createSessions<{ id: number; flash: string; size: number }>({ name: 's', secrets: [] }).of({})
  expectTypeOf(mine.id).toEqualTypeOf<string>()
  // @ts-expect-error id is read-only
  mine.id = 7
  // @ts-expect-error flash is read-only
  mine.flash = 'hello'
})

test('a session without a type holds any JSON', () => {
  const any = createSessions({ name: 's', secrets: [] }).of({})
  any.anything = { at: [1, 'two', null] }
  expectTypeOf(any.other).toEqualTypeOf<Json | undefined>()
  // @ts-expect-error a Date is no JSON
  any.when = new Date()
})

test('the data type comes from the schema', () => {
  const schema = z.object({ accountId: z.number(), theme: z.enum(['light', 'dark']) })
  const sessions = createSessions({ name: 's', secrets: [], schema })
  expectTypeOf(sessions.of({}).theme).toEqualTypeOf<'light' | 'dark' | undefined>()
  // @ts-expect-error not in the schema
  sessions.of({}).accountId = 'seven'
})

test('what a session holds can be sealed again', () => {
  const sessions = createSessions<{ accountId: number; cart: { id: number }[] }>({ name: 's', secrets: [] })
  expectTypeOf(sessions.seal({ ...sessions.read(null) })).toEqualTypeOf<string>()
})

test('every Standard Schema of an object fits', () => {
  expectTypeOf<StandardSchemaV1<unknown, { accountId: number }>>().toExtend<StandardSchema<{ accountId: number }>>()
})

test('a flash entry that is an object of a class, or a record, is refused', () => {
  session.flash.notice = 'Saved'
  session.flash.now.alert = 'Wrong password'
  session.flash.errors = { email: 'is taken' }
  // @ts-expect-error Type 'number' is not assignable to type '"a record goes stale: flash a short message, or its id alone"'
  session.flash.error = { id: 7, name: 'Acme' }
  const alias: { id: number; name: string; createdAt: string } = { id: 7, name: 'Acme', createdAt: '' }
  // @ts-expect-error a record goes stale
  session.flash.error = alias
  // @ts-expect-error an interface has no index signature, and this one an id
  session.flash.error = account
  // @ts-expect-error a Date is no flash value
  session.flash.when = new Date()
})

test('the __Host- prefix forbids a domain and another path, in the types', () => {
  createSessions({ name: '__Host-session', secrets: [], cookie: { sameSite: 'strict', path: '/' } })
  // @ts-expect-error __Host- cookies have no domain
  createSessions({ name: '__Host-session', secrets: [], cookie: { domain: 'example.com' } })
  // @ts-expect-error __Host- cookies have path /
  createSessions<Account>({ name: '__Host-session', secrets: [], cookie: { path: '/app' } })
  // @ts-expect-error __Host- cookies are secure
  createSessions({ name: '__Host-session', secrets: [], cookie: { secure: false } })
  // @ts-expect-error __Secure- cookies are secure
  createSessions({ name: '__Secure-session', secrets: [], cookie: { secure: false } })
  createSessions({ name: '__Secure-session', secrets: [], cookie: { domain: 'example.com' } })
  createSessions({ name: 'session', secrets: [], cookie: { domain: 'example.com', secure: false } })
  createSessions({ name: '_billing_session', secrets: [], cookie: { domain: 'example.com' } })
  createSessions({ name: '__session', secrets: [], cookie: { path: '/app' } })
})

test('a name that is known at run time gets the attributes that every prefix allows', () => {
  const name: string = 'session'
  createSessions({ name, secrets: [], cookie: { sameSite: 'none', persistent: true } })
  // @ts-expect-error the name may begin with __Host-
  createSessions({ name, secrets: [], cookie: { domain: 'example.com' } })
})

test('the jar knows the prefixes too', () => {
  const jar = new CookieJar({ secrets: [] })
  jar.set('theme', 'dark', { domain: 'example.com', httpOnly: false, maxAge: '30d' })
  jar.encrypted.set('__Host-device', { id: 7 }, { expires: new Date() })
  // @ts-expect-error __Host- cookies have no domain
  jar.set('__Host-theme', 'dark', { domain: 'example.com' })
  // @ts-expect-error __Host-Http- cookies are out of reach for scripts
  jar.signed.set('__Host-Http-theme', 'dark', { httpOnly: false })
  // @ts-expect-error a plain cookie holds text
  jar.set('count', 7)
  expectTypeOf(jar.permanent.encrypted.get('device')).toEqualTypeOf<Json | undefined>()
  // @ts-expect-error a duration has a unit
  jar.set('theme', 'dark', { maxAge: 3600 })
})
