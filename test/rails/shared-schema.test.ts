import { expect, test } from 'vitest'
import { z } from 'zod'
import type { StandardSchema } from '../../src/schema.ts'
import { ID, minted, NAME, payloadOf, setUp, type Loose } from './beside-rails.ts'

const PAYLOAD = `{"session_id":"${ID}","_csrf_token":"QV6SU4tEZ79qey4QVytAaBAcq51xKACA7_Bwk1r6ZwU","warden.user.user.key":[[7],"$2a$12$x"],"cart":{"id":7,"rate":1.0,"lines":[{"sku":"a","qty":1}]},"user_id":7}`

const optionalId = z.number().optional()
const named = { user_id: optionalId, cart: z.object({ id: z.number() }).optional() }

/** What fits `PAYLOAD`, in every way in which a schema is less or more than the session. */
const SCHEMAS: readonly (readonly [string, StandardSchema<Loose>])[] = [
  ['that strips', z.object(named)],
  ['that lets through, in another order', z.looseObject({ user_id: optionalId })],
  ['that is strict', z.strictObject({ user_id: optionalId, cart: z.looseObject({}).optional() })],
  ['with a default', z.object({ ...named, theme: z.string().default('dark') })],
  ['that transforms', z.object({ user_id: z.number().transform(String) })],
  ['that never gives the same twice', z.object({ user_id: z.number().transform((id) => id + 1) })],
  ['that makes another object', z.object(named).transform(({ user_id: id }) => ({ id }))],
  ['with a catchall', z.object(named).catchall(z.unknown())],
]

test.each(SCHEMAS)('under a schema %s a request that only reads sets no cookie', (_, schema) => {
  const { visitor, log } = setUp({}, { schema })
  visitor.cookies.set(NAME, minted(PAYLOAD))
  for (let reads = 0; reads < 4; reads++) {
    const { setCookie } = visitor.visit(({ session }) => expect(session['user_id']).toBeDefined())
    expect(setCookie).toEqual([])
  }
  expect(log.types).toEqual([])
})

test.each(SCHEMAS)('under a schema %s a write leaves every other key as it came', (_, schema) => {
  const { visitor } = setUp({}, { schema })
  visitor.cookies.set(NAME, minted(PAYLOAD))
  visitor.visit(({ session }) => (session['seen'] = true))
  expect(payloadOf(visitor).startsWith(PAYLOAD.slice(0, -1))).toBe(true)
  expect(payloadOf(visitor)).toContain('"seen":true')
})

test('what a schema does not name inside a key stays when the key is changed', () => {
  const { visitor } = setUp(
    {},
    { schema: z.object({ cart: z.object({ id: z.number(), lines: z.array(z.object({ qty: z.number() })) }) }) },
  )
  visitor.cookies.set(NAME, minted(PAYLOAD))
  visitor.visit(({ session }) => {
    const cart = session['cart'] as { id: number; lines: { qty: number }[] }
    cart.id = 8
    const [line] = cart.lines
    if (line !== undefined) line.qty = 2
  })
  expect(payloadOf(visitor)).toContain('"cart":{"id":8,"lines":[{"qty":2,"sku":"a"}],"rate":1.0}')
})

test('a key that the schema does not name can be read, and deleted', () => {
  const { visitor } = setUp({}, { schema: z.object(named) })
  visitor.cookies.set(NAME, minted(PAYLOAD))
  visitor.visit(({ session }) => {
    expect(session['_csrf_token']).toMatch(/^QV6S/)
    delete session['warden.user.user.key']
  })
  expect(payloadOf(visitor)).not.toContain('warden')
  expect(payloadOf(visitor)).toContain('_csrf_token')
})

test('what migrate makes is written once, and what it leaves out stays', () => {
  const { visitor, log } = setUp(
    {},
    {
      schema: z.object({ user_id: z.string() }),
      migrate: ({ user_id: id }) => ({ user_id: `user ${Number(id)}` }),
    },
  )
  visitor.cookies.set(NAME, minted(PAYLOAD))
  const sets: number[] = []
  for (let reads = 0; reads < 4; reads++) {
    sets.push(visitor.visit(({ session }) => expect(session['user_id']).toBe('user 7')).setCookie.length)
  }
  expect(sets).toEqual([1, 0, 0, 0])
  expect(log.types).toEqual(['migrated'])
  expect(payloadOf(visitor)).toBe(PAYLOAD.replace('"user_id":7', '"user_id":"user 7"'))
})

test('a session that a schema refuses is refused, whatever keys it does not name', () => {
  for (const schema of [z.object({ user_id: z.string() }), z.strictObject({ user_id: z.string() })]) {
    const { visitor } = setUp({}, { schema })
    visitor.cookies.set(NAME, minted(PAYLOAD))
    visitor.visit(({ session }) => expect(session.refused).toBe('schema'))
  }
})
