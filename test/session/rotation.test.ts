import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { expect, test, vi } from 'vitest'
import { createSessions, type Sessions } from '../../src/index.ts'
import { EventLog, OLD_SECRET, SECRET, Visitor } from '../support/visitor.ts'

interface Data {
  accountId: number
}

function sessionsWith(secrets: string[], log = new EventLog()): { sessions: Sessions<Data>; log: EventLog } {
  return { sessions: createSessions<Data>({ name: 'session', secrets, onEvent: log.hear }), log }
}

test('after a rotation old cookies open, are sealed anew, and are counted by key id', () => {
  const before = new Visitor(sessionsWith([OLD_SECRET]).sessions)
  before.visit(({ session }) => (session.accountId = 7))

  const { sessions, log } = sessionsWith([SECRET, OLD_SECRET])
  const visitor = new Visitor(sessions)
  visitor.cookies.set('session', before.cookies.get('session') ?? '')
  visitor.visit(({ session }) => expect(session.accountId).toBe(7))
  expect(log.events).toMatchObject([
    { type: 'opened-by-previous-secret', secret: 1, keyId: expect.stringMatching(/^[0-9a-f]{8}$/), cookie: 'session' },
  ])

  // The next request carries the new seal, which needs the old secret no more.
  const after = sessionsWith([SECRET])
  const later = new Visitor(after.sessions)
  later.cookies.set('session', visitor.cookies.get('session') ?? '')
  later.visit(({ session }) => expect(session.accountId).toBe(7))
  expect(after.log.events).toEqual([])
})

test('the id and the time of sign-in survive the rotation', () => {
  const before = new Visitor(sessionsWith([OLD_SECRET]).sessions)
  let id = ''
  before.visit(({ session }) => {
    session.accountId = 7
    id = session.id
  })
  const visitor = new Visitor(sessionsWith([SECRET, OLD_SECRET]).sessions)
  visitor.cookies.set('session', before.cookies.get('session') ?? '')
  visitor.visit(({ session }) => expect(session.id).toBe(id))
})

test('dropping the old secret makes every cookie of it unknown', () => {
  const before = new Visitor(sessionsWith([OLD_SECRET]).sessions)
  before.visit(({ session }) => (session.accountId = 7))
  const { sessions, log } = sessionsWith([SECRET])
  const visitor = new Visitor(sessions)
  visitor.cookies.set('session', before.cookies.get('session') ?? '')
  visitor.visit(({ session }) => {
    expect(session.accountId).toBeUndefined()
    expect(session.refused).toBe('unknown-secret')
  })
  expect(log.events).toMatchObject([{ type: 'refused', reason: 'unknown-secret' }])
})

test('sessions.open tells which secret of the ring sealed a value', () => {
  const old = sessionsWith([OLD_SECRET]).sessions.seal({ accountId: 7 })
  const { sessions } = sessionsWith([SECRET, OLD_SECRET])
  expect(sessions.open(old)).toMatchObject({ ok: true, data: { accountId: 7 }, format: 'compact', secret: 1 })
  expect(sessions.open(sessions.seal({ accountId: 8 }))).toMatchObject({ ok: true, secret: 0 })
})

test('every process that has the secret opens what another one sealed', () => {
  const first = sessionsWith([SECRET]).sessions
  const second = sessionsWith([SECRET]).sessions
  expect(second.open(first.seal({ accountId: 7 }))).toMatchObject({ ok: true, data: { accountId: 7 } })
})

test('two cookies of our name: garbage beside the good one does no harm, in either order', () => {
  const { sessions, log } = sessionsWith([SECRET])
  const good = sessions.seal({ accountId: 7 })
  for (const header of [`session=garbage; session=${good}`, `session=${good}; session=garbage`]) {
    expect(sessions.read(header).accountId).toBe(7)
  }
  expect(log.events).toMatchObject([
    { type: 'duplicate', count: 1 },
    { type: 'duplicate', count: 1 },
  ])
})

test('two cookies of different sessions are both refused, in either order', () => {
  const { sessions, log } = sessionsWith([SECRET])
  const [a, b] = [sessions.seal({ accountId: 7 }), sessions.seal({ accountId: 8 })]
  for (const header of [`session=${a}; session=${b}`, `session=${b}; session=${a}`]) {
    const session = sessions.read(header)
    expect(session.accountId).toBeUndefined()
    expect(session.refused).toBe('duplicate')
  }
  expect(log.types).toContain('refused')
})

test('events are published on node:diagnostics_channel too', () => {
  const heard: unknown[] = []
  const hear = (event: unknown): void => void heard.push(event)
  subscribe('coatcheck:refused', hear)
  try {
    const sessions = createSessions({ name: 'session', secrets: [SECRET] })
    expect(sessions.read('session=garbage').refused).toBe('malformed')
  } finally {
    unsubscribe('coatcheck:refused', hear)
  }
  expect(heard).toMatchObject([{ type: 'refused', reason: 'malformed', cookie: 'session', at: expect.any(Number) }])
})

test('an observer that throws becomes a warning and breaks no request', () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  try {
    const sessions = createSessions({
      name: 'session',
      secrets: [SECRET],
      onEvent: () => {
        throw new Error('the metrics server is gone')
      },
    })
    expect(sessions.read('session=garbage').refused).toBe('malformed')
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('onEvent for refused failed: the metrics server is gone'))
  } finally {
    warn.mockRestore()
  }
})
