import { expect, test } from 'vitest'
import { z } from 'zod'
import { createSessions } from '../../src/index.ts'
import { EventLog, SECRET, Visitor } from '../support/visitor.ts'

const base = { name: 'session', secrets: [SECRET] }
const schema = z.object({ accountId: z.number().optional(), theme: z.enum(['light', 'dark']).optional() })

test('data that fits the schema comes back', () => {
  const visitor = new Visitor(createSessions({ ...base, schema }))
  visitor.visit(({ session }) => (session.theme = 'dark'))
  const commit = visitor.visit(({ session }) => expect(session.theme).toBe('dark'))
  expect(commit.setCookie).toEqual([])
})

test('what an old cookie holds and the schema does not accept is refused with reason `schema`', () => {
  const log = new EventLog()
  const old = createSessions({ ...base })
  const sessions = createSessions({ ...base, schema, onEvent: log.hear })
  const visitor = new Visitor(sessions)
  visitor.cookies.set('session', old.seal({ accountId: 'seven' }))
  visitor.visit(({ session }) => {
    expect(session.accountId).toBeUndefined()
    expect(session.refused).toBe('schema')
  })
  expect(log.events).toMatchObject([{ type: 'refused', reason: 'schema' }])
})

test("migrate makes today's data of it, which is written on that response", () => {
  const log = new EventLog()
  const visitor = new Visitor(
    createSessions({
      ...base,
      schema,
      onEvent: log.hear,
      migrate: (old) => (typeof old['account_id'] === 'string' ? { accountId: Number(old['account_id']) } : undefined),
    }),
  )
  visitor.cookies.set('session', createSessions(base).seal({ account_id: '7', theme: 'blue' }))
  const commit = visitor.visit(({ session }) => {
    expect({ ...session }).toEqual({ accountId: 7 })
    expect(session.status).toBe('changed')
  })
  expect(commit.setCookie).toHaveLength(1)
  expect(visitor.visit(({ session }) => expect(session.accountId).toBe(7)).setCookie).toEqual([])
  expect(log.types).toEqual(['migrated'])
})

test('migrate that gives nothing, or nothing that fits, refuses', () => {
  for (const migrated of [undefined, { accountId: 'still text' as unknown as number }]) {
    const visitor = new Visitor(createSessions({ ...base, schema, migrate: () => migrated }))
    visitor.cookies.set('session', createSessions(base).seal({ accountId: 'seven' }))
    visitor.visit(({ session }) => expect(session.refused).toBe('schema'))
  }
})

test('the schema never sees the flash, and the flash survives it', () => {
  const strict = z.strictObject({ accountId: z.number() })
  const visitor = new Visitor(createSessions({ ...base, schema: strict }))
  visitor.visit(({ session }) => {
    session.accountId = 7
    session.flash.notice = 'Saved'
  })
  visitor.visit(({ session }) => {
    expect(session.accountId).toBe(7)
    expect(session.flash.notice).toBe('Saved')
  })
})

test('defaults of the schema are there, and written once', () => {
  const visitor = new Visitor(createSessions({ ...base, schema: z.object({ theme: z.string().default('light') }) }))
  visitor.cookies.set('session', createSessions(base).seal({ other: 1 }))
  expect(visitor.visit(({ session }) => expect(session.theme).toBe('light')).setCookie).toHaveLength(1)
  expect(visitor.visit(({ session }) => expect(session.theme).toBe('light')).setCookie).toEqual([])
})

test('a new session is empty, whatever the schema demands', () => {
  const visitor = new Visitor(createSessions({ ...base, schema: z.object({ accountId: z.number() }) }))
  visitor.visit(({ session }) => {
    expect(session.accountId).toBeUndefined()
    expect(session.refused).toBe('missing')
  })
})

test('an asynchronous schema is a mistake in the options, and says so', () => {
  const slow = z.object({ accountId: z.number() }).refine(() => Promise.resolve(true))
  const visitor = new Visitor(
    createSessions({
      ...base,
      schema: {
        '~standard': { version: 1, vendor: 'test', validate: (value) => slow['~standard'].validate(value) },
      },
    }),
  )
  visitor.cookies.set('session', createSessions(base).seal({ accountId: 7 }))
  visitor.visit(({ session }) => {
    expect(() => Reflect.get(session, 'accountId') as unknown).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringContaining('asynchronously') }),
    )
  })
})

test('a schema that makes what cannot be stored is told where', () => {
  const dates = z.object({ at: z.string().transform((text) => new Date(text)) })
  const visitor = new Visitor(createSessions<{ at: unknown }>({ ...base, schema: dates }))
  visitor.cookies.set('session', createSessions(base).seal({ at: '2026-01-01' }))
  visitor.visit(({ session }) => {
    expect(() => session.at).toThrow(/session\.at is a Date/)
  })
})

test('migrate without a schema is refused', () => {
  expect(() => createSessions({ ...base, migrate: () => ({}) })).toThrow(
    expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringContaining('without schema') }),
  )
})

test('a migration that makes too much fails where the session is opened, not at the commit', () => {
  const visitor = new Visitor(
    createSessions({
      ...base,
      schema: z.object({ text: z.string() }),
      migrate: () => ({ text: 'x'.repeat(4000) }),
    }),
  )
  visitor.cookies.set('session', createSessions(base).seal({ accountId: 7 }))
  visitor.visit(({ session }) => {
    expect(() => session.text).toThrow(expect.objectContaining({ code: 'ERR_COOKIE_OVERFLOW' }))
    session.destroy()
  })
})
