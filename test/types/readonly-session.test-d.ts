import { expectTypeOf, test } from 'vitest'
import { createIdentity, userTokens } from '../../src/identity/index.ts'
import { createSessions, type FlashValue, type ReadonlySession, type Session } from '../../src/index.ts'

interface Billing {
  accountId: number
  wizard: { step: number; address?: { city: string } }
  cart: { id: number; qty: number }[]
  pair: [number, string]
  plan: 'free' | 'pro' | null
}

const sessions = createSessions<Billing>({ name: 'session', secrets: ['…'] })
const session = sessions.read(null)

test('a session to read gives the data, deeply read-only', () => {
  expectTypeOf(session).toEqualTypeOf<ReadonlySession<Billing>>()
  expectTypeOf(sessions.load(null)).resolves.toEqualTypeOf<ReadonlySession<Billing>>()
  expectTypeOf(session.accountId).toEqualTypeOf<number | undefined>()
  expectTypeOf(session.plan).toEqualTypeOf<'free' | 'pro' | null | undefined>()
  expectTypeOf(session.cart?.[0]?.qty).toEqualTypeOf<number | undefined>()
  expectTypeOf(session.pair?.[1]).toEqualTypeOf<string | undefined>()
  expectTypeOf(session.wizard?.address?.city).toEqualTypeOf<string | undefined>()
  expectTypeOf(session.flash.notice).toEqualTypeOf<FlashValue | undefined>()
  expectTypeOf(session.isNew).toEqualTypeOf<boolean>()
})

test('every write to it is refused', () => {
  // @ts-expect-error a value is replaced
  session.accountId = 8
  // @ts-expect-error a value is taken away
  delete session.accountId
  // @ts-expect-error a value inside a value is replaced
  if (session.wizard !== undefined) session.wizard.step = 2
  // @ts-expect-error and two levels down
  if (session.wizard?.address !== undefined) session.wizard.address.city = 'Zürich'
  // @ts-expect-error a list grows
  session.cart?.push({ id: 1, qty: 1 })
  // @ts-expect-error an item of a list is replaced
  if (session.cart !== undefined) session.cart[0] = { id: 1, qty: 1 }
  // @ts-expect-error an item of a list is changed
  if (session.cart?.[0] !== undefined) session.cart[0].qty = 2
  // @ts-expect-error a tuple's item is replaced
  if (session.pair !== undefined) session.pair[0] = 2
  // @ts-expect-error a counter is raised
  session.increment('accountId')
})

test('every control that changes it is refused', () => {
  // @ts-expect-error a new id
  session.renew()
  // @ts-expect-error an empty session in its place
  session.reset()
  // @ts-expect-error an end
  session.destroy()
  // @ts-expect-error the idle timeout
  session.touch()
  // @ts-expect-error its id
  session.id = 'x'
})

test('its flash can be read and nothing else', () => {
  // @ts-expect-error an entry is set
  session.flash.notice = 'Saved'
  // @ts-expect-error an entry for this request alone is set
  session.flash.now.alert = 'Wrong password'
  // @ts-expect-error an entry is taken away
  delete session.flash.notice
  // @ts-expect-error what came is kept
  session.flash.keep()
  // @ts-expect-error what came is dropped
  session.flash.discard()
  // @ts-expect-error the flash is replaced
  session.flash = {}
})

test('a session that can be written fits wherever one is read, and never the other way round', () => {
  const show = (read: ReadonlySession<Billing>): number | undefined => read.accountId
  show(sessions.of({}))
  const change = (written: Session<Billing>): void => written.touch()
  // @ts-expect-error it cannot be written
  change(session)
})

test('a session without a type is read-only too', () => {
  const any = createSessions({ name: 's', secrets: [] }).read(null)
  if (Array.isArray(any.list)) expectTypeOf(any.list).toExtend<readonly unknown[]>()
  // @ts-expect-error a value is replaced
  any.anything = 1
  const show = (read: typeof any): unknown => read.anything
  show(createSessions({ name: 's', secrets: [] }).of({}))
})

test('whoever asks who is signed in may hold a session to read; whoever signs in or out may not', () => {
  const identity = createIdentity({
    sessions,
    verify: userTokens({
      tokenOf: (id: number) => String(id),
      find: (): number | undefined => undefined,
      rotate: () => 1,
    }),
  })
  void identity.currentUser(session)
  void identity.status(session)
  void identity.requireRecent(session, '10m')
  void identity.signOut(sessions.of({}))
  // @ts-expect-error it cannot be written
  void identity.signIn(session, 7)
  // @ts-expect-error it cannot be written
  void identity.signOut(session)
  // @ts-expect-error it cannot be written
  void identity.reauthenticated(session)
})
