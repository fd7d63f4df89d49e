import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { createSessions, type Session } from '../../src/index.ts'
import { SECRET, Visitor } from '../support/visitor.ts'

interface Data {
  accountId: number
}

const READS: readonly (readonly [what: string, read: (session: Session<Data>) => unknown])[] = [
  ['a key', (session) => session.accountId],
  ['a key that it does not have', (session) => Reflect.get(session, 'nothing')],
  ['in', (session) => 'accountId' in session],
  ['in, for a key that it does not have', (session) => 'nothing' in session],
  ['hasOwn', (session) => Object.hasOwn(session, 'accountId')],
  ['Object.keys', (session) => Object.keys(session)],
  ['Object.entries', (session) => Object.entries(session)],
  ['Reflect.ownKeys', (session) => Reflect.ownKeys(session)],
  ['getOwnPropertyDescriptor', (session) => Object.getOwnPropertyDescriptor(session, 'accountId')],
  [
    'for in',
    (session) => {
      for (const key in session) return key
      return undefined
    },
  ],
  ['spread', (session) => ({ ...session })],
  ['Object.assign', (session) => Object.assign({}, session)],
  ['destructuring', ({ accountId }) => accountId],
  ['the messages, none of them', (session) => session.flash],
  ['a message', (session) => session.flash['notice']],
  ['in, of messages', (session) => 'notice' in session.flash],
  ['all messages', (session) => ({ ...session.flash })],
  ['flash.now', (session) => session.flash.now['notice']],
  ['id', (session) => session.id],
  ['isNew', (session) => session.isNew],
  ['size', (session) => session.size],
  ['refused', (session) => session.refused],
]

/** What shows the very same of every session that nobody has read, so that nothing depends on the cookie. */
const SHOWS: readonly (readonly [what: string, show: (session: Session<Data>) => unknown])[] = [
  ['util.inspect', (session) => inspect(session)],
  ['util.inspect of an object around it', (session) => inspect({ session }, { depth: 9, showHidden: true })],
  ['status', (session) => session.status],
  ['JSON.stringify', (session) => JSON.stringify(session)],
  ['String', (session) => Object.prototype.toString.call(session)],
]

function setUp() {
  const visitor = new Visitor(createSessions<Data>({ name: 'session', secrets: [SECRET] }))
  visitor.visit(({ session }) => {
    session.accountId = 7
    session.flash['notice'] = 'Hello'
  })
  return { visitor, stranger: new Visitor(createSessions<Data>({ name: 'session', secrets: [SECRET] })) }
}

/** CVE-2026-27205: of Flask's session, `in` and `len` did not count as reading. */
test.each(READS)('an answer that depends on the session says so to caches, whatever was read: %s', (_, read) => {
  const { visitor, stranger } = setUp()
  for (const who of [visitor, stranger])
    expect(who.visit(({ session }) => void read(session))).toMatchObject({ vary: true })
})

test.each(SHOWS)('what a session shows without being read is the same for everybody: %s', (_, show) => {
  const { visitor, stranger } = setUp()
  const shown: unknown[] = []
  for (const who of [visitor, stranger])
    expect(who.visit(({ session }) => shown.push(show(session)))).toMatchObject({ vary: false })
  expect(shown[0]).toEqual(shown[1])
})

test('structuredClone copies no session: what it gives, or throws, tells nothing of the cookie', () => {
  const { visitor } = setUp()
  const { vary } = visitor.visit(({ session }) => {
    expect(() => structuredClone(session)).toThrow(/could not be cloned/)
  })
  expect(vary).toBe(false)
})
