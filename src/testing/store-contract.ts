import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { SessionStore } from '../stores/store.ts'
import {
  assertEntries,
  assertSession,
  awkwardEntries,
  newChange,
  newId,
  newIdBeside,
  newSession,
  NOW,
} from './stored-sessions.ts'

/** Opens the store under test; called again, it opens another handle on the same sessions, as another process would. */
export type OpenStore = () => SessionStore | Promise<SessionStore>

/** One thing that a store has to do. */
export interface StoreContractCase {
  /** A sentence. */
  readonly name: string
  /** Resolves when the store does it, rejects with an `AssertionError` when it does not. */
  readonly check: (open: OpenStore) => Promise<void>
}

/**
 * What every session store has to do, for any test runner. The cases may run in any order, side by side and on a store that
 * holds other sessions.
 *
 * ```ts
 * for (const { name, check } of storeContract) test(name, () => check(() => myStore(client)))
 * ```
 */
export const storeContract: readonly StoreContractCase[] = [
  {
    name: 'a session comes back as it was inserted, every byte of it',
    async check(open) {
      const [store, elsewhere] = [await open(), await open()]
      const id = newId()
      const session = newSession({ entries: awkwardEntries() })
      assert.equal(await store.insert(id, session, NOW), true)
      assertSession(await elsewhere.find(id), session)
    },
  },
  {
    name: 'a session without entries is a session',
    async check(open) {
      const store = await open()
      const id = newId()
      await store.insert(id, newSession({ entries: {} }), NOW)
      assertSession(await store.find(id), newSession({ entries: {} }))
      assert.equal(await store.update(id, newChange({ set: { a: '1' } }), NOW), true)
      assertEntries(await store.find(id), { a: '1' })
    },
  },
  {
    name: 'a session of the most bytes comes back whole',
    async check(open) {
      const store = await open()
      const id = newId()
      const entries = Object.fromEntries(
        Array.from({ length: 64 }, (_, at) => [`key ${at}`, JSON.stringify('é'.repeat(500))]),
      )
      await store.insert(id, newSession({ entries }), NOW)
      assertEntries(await store.find(id), entries)
    },
  },
  {
    name: 'an id that nobody has is found nowhere, and no verb makes a session of it',
    async check(open) {
      const store = await open()
      const id = newId()
      assert.equal(await store.find(id), undefined)
      assert.equal(await store.update(id, newChange({ set: { a: '1' } }), NOW), false)
      assert.equal(await store.update(id, newChange({ add: { a: 1 } }), NOW), false)
      assert.equal(await store.update(id, newChange({}), NOW), false, 'a touch')
      const moved = newIdBeside(id)
      assert.equal(await store.update(id, newChange({ newId: moved }), NOW), false)
      await store.delete(id)
      assert.equal(await store.find(id), undefined)
      assert.equal(await store.find(moved), undefined)
    },
  },
  {
    name: 'ids are compared byte by byte, upper and lower case apart',
    async check(open) {
      const store = await open()
      const id = `Ab.${randomBytes(16).toString('hex')}`
      await store.insert(id, newSession({ entries: { a: '1' } }), NOW)
      assert.equal(await store.find(id.toLowerCase()), undefined)
      assert.equal(await store.find(id.toUpperCase()), undefined)
    },
  },
  {
    name: 'insert does not touch a session that is there',
    async check(open) {
      const [store, elsewhere] = [await open(), await open()]
      const id = newId()
      const first = newSession({ entries: { a: '1' } })
      assert.equal(await store.insert(id, first, NOW), true)
      assert.equal(await elsewhere.insert(id, newSession({ entries: { b: '2' } }), NOW), false)
      assertSession(await store.find(id), first)
    },
  },
  {
    name: 'of twenty inserts of one id at once, one makes it',
    async check(open) {
      const stores = [await open(), await open()]
      const id = newId()
      const inserted = await Promise.all(
        Array.from({ length: 20 }, (_, at) =>
          pick(stores, at).insert(id, newSession({ entries: { by: String(at) } }), NOW),
        ),
      )
      assert.equal(inserted.filter(Boolean).length, 1)
      assertEntries(await pick(stores, 0).find(id), { by: String(inserted.indexOf(true)) })
    },
  },
  {
    name: 'update changes the entries that it names and no other, and the times',
    async check(open) {
      const [store, elsewhere] = [await open(), await open()]
      const id = newId()
      await store.insert(id, newSession({ entries: { kept: '"k"', changed: '1', gone: '2', counted: '3' } }), NOW)
      const change = newChange({
        set: { changed: '{"b":1,"a":[]}', made: 'null' },
        remove: ['gone', 'never there'],
        add: { counted: 4 },
        slid: NOW + 10,
        expiresAt: NOW + 5000,
      })
      assert.equal(await elsewhere.update(id, change, NOW + 10), true)
      assertSession(
        await store.find(id),
        newSession({
          entries: { kept: '"k"', changed: '{"b":1,"a":[]}', counted: '7', made: 'null' },
          slid: NOW + 10,
          expiresAt: NOW + 5000,
        }),
      )
    },
  },
  {
    name: 'update takes awkward names and values, byte for byte',
    async check(open) {
      const store = await open()
      const id = newId()
      const awkward = awkwardEntries()
      await store.insert(id, newSession({ entries: { plain: '1' } }), NOW)
      await store.update(id, newChange({ set: awkward }), NOW)
      assertEntries(await store.find(id), { ...awkward, plain: '1' })
      await store.update(id, newChange({ remove: Object.keys(awkward) }), NOW)
      assertEntries(await store.find(id), { plain: '1' })
    },
  },
  {
    name: 'update with nothing to write moves the times alone',
    async check(open) {
      const store = await open()
      const id = newId()
      await store.insert(id, newSession({ entries: { a: '1' } }), NOW)
      assert.equal(await store.update(id, newChange({ slid: NOW + 60, expiresAt: NOW + 4000 }), NOW + 60), true)
      assertSession(await store.find(id), newSession({ entries: { a: '1' }, slid: NOW + 60, expiresAt: NOW + 4000 }))
    },
  },
  {
    name: 'what is added to counts from what is there, or from 0',
    async check(open) {
      const store = await open()
      const id = newId()
      const entries = {
        whole: '41',
        negative: '-3',
        text: '"7"',
        list: '[1]',
        fraction: '1.5',
        long: '1234567890123456',
      }
      await store.insert(id, newSession({ entries }), NOW)
      const add = { whole: 1, negative: -1, text: 2, list: 3, fraction: 4, long: 5, missing: 6 }
      await store.update(id, newChange({ add }), NOW)
      assertEntries(await store.find(id), {
        whole: '42',
        negative: '-4',
        text: '2',
        list: '3',
        fraction: '4',
        long: '5',
        missing: '6',
      })
    },
  },
  {
    name: 'large additions are exact',
    async check(open) {
      const store = await open()
      const id = newId()
      await store.insert(id, newSession({ entries: { n: '999999999999998' } }), NOW)
      await store.update(id, newChange({ add: { n: 1, m: -999_999_999_999_999 } }), NOW)
      assertEntries(await store.find(id), { n: '999999999999999', m: '-999999999999999' })
    },
  },
  {
    name: 'of a hundred updates of different entries at once, none is lost',
    async check(open) {
      const stores = [await open(), await open(), await open()]
      const id = newId()
      await pick(stores, 0).insert(id, newSession({ entries: { kept: '0' } }), NOW)
      const names = Array.from({ length: 100 }, (_, at) => `entry ${at}`)
      await Promise.all(
        names.map((name, at) => pick(stores, at).update(id, newChange({ set: { [name]: String(at) } }), NOW)),
      )
      const expected = Object.fromEntries(names.map((name, at) => [name, String(at)]))
      assertEntries(await pick(stores, 1).find(id), { ...expected, kept: '0' })
    },
  },
  {
    name: 'of a hundred additions to one entry at once, all count',
    async check(open) {
      const stores = [await open(), await open(), await open()]
      const id = newId()
      await pick(stores, 0).insert(id, newSession({ entries: {} }), NOW)
      await Promise.all(
        Array.from({ length: 100 }, (_, at) => pick(stores, at).update(id, newChange({ add: { n: at } }), NOW)),
      )
      assertEntries(await pick(stores, 2).find(id), { n: '4950' })
    },
  },
  {
    name: 'a session that was deleted stays deleted, whatever is written to it',
    async check(open) {
      const [store, elsewhere] = [await open(), await open()]
      const id = newId()
      await store.insert(id, newSession({ entries: { a: '1' } }), NOW)
      await elsewhere.delete(id)
      assert.equal(await store.update(id, newChange({ set: { a: '2' } }), NOW), false)
      assert.equal(await store.update(id, newChange({ newId: newIdBeside(id) }), NOW), false)
      assert.equal(await store.find(id), undefined)
      await store.delete(id)
    },
  },
  {
    name: 'deleting while fifty updates are on their way leaves nothing',
    async check(open) {
      const [store, elsewhere] = [await open(), await open()]
      const id = newId()
      await store.insert(id, newSession({ entries: {} }), NOW)
      const updates = Array.from({ length: 50 }, (_, at) => store.update(id, newChange({ add: { n: at } }), NOW))
      await Promise.all([...updates, elsewhere.delete(id)])
      assert.equal(await store.find(id), undefined)
    },
  },
  {
    name: 'a session that expired stays expired, whatever is written to it',
    async check(open) {
      const store = await open()
      const id = newId()
      await store.insert(id, newSession({ entries: { a: '1' }, expiresAt: NOW + 100 }), NOW)
      assert.equal(await store.update(id, newChange({ expiresAt: NOW + 9000 }), NOW + 100), false)
      const found = await store.find(id)
      assert.ok(found === undefined || found.expiresAt === NOW + 100, 'its end has not moved')
    },
  },
  {
    name: 'the id of an expired session can be taken',
    async check(open) {
      const store = await open()
      const id = newId()
      await store.insert(id, newSession({ entries: { a: '1' }, expiresAt: NOW + 100 }), NOW)
      const next = newSession({ entries: { b: '2' }, created: NOW + 100, slid: NOW + 100, expiresAt: NOW + 4000 })
      assert.equal(await store.insert(id, next, NOW + 100), true)
      assertSession(await store.find(id), next)
    },
  },
  {
    name: 'a new id takes the session along, with what the same step changed',
    async check(open) {
      const [store, elsewhere] = [await open(), await open()]
      const id = newId()
      const moved = newIdBeside(id)
      await store.insert(id, newSession({ entries: { kept: '1', gone: '2' } }), NOW)
      const change = newChange({
        set: { user: '7' },
        remove: ['gone'],
        created: NOW + 5,
        slid: NOW + 5,
        expiresAt: NOW + 6000,
        newId: moved,
      })
      assert.equal(await store.update(id, change, NOW + 5), true)
      assert.equal(await elsewhere.find(id), undefined)
      assertSession(
        await elsewhere.find(moved),
        newSession({ entries: { kept: '1', user: '7' }, created: NOW + 5, slid: NOW + 5, expiresAt: NOW + 6000 }),
      )
    },
  },
  {
    name: 'of ten moves at once one wins, and what was written before it moved with it',
    async check(open) {
      const stores = [await open(), await open()]
      const id = newId()
      await pick(stores, 0).insert(id, newSession({ entries: {} }), NOW)
      const targets = Array.from({ length: 10 }, () => newIdBeside(id))
      const writes = Array.from({ length: 10 }, (_, at) =>
        pick(stores, at).update(id, newChange({ set: { [`entry ${at}`]: '1' } }), NOW),
      )
      const moves = targets.map((target, at) => pick(stores, at + 1).update(id, newChange({ newId: target }), NOW))
      const [written, moved] = await Promise.all([Promise.all(writes), Promise.all(moves)])
      assert.equal(moved.filter(Boolean).length, 1)
      assert.equal(await pick(stores, 0).find(id), undefined)
      const expected = written.flatMap((did, at) => (did ? [[`entry ${at}`, '1']] : []))
      assertEntries(await pick(stores, 0).find(targets[moved.indexOf(true)] ?? ''), Object.fromEntries(expected))
    },
  },
  {
    name: 'sweep removes what has expired, in bounded steps, and nothing that is alive',
    async check(open) {
      const store = await open()
      if (store.sweep === undefined) return
      const [alive, ...expired] = Array.from({ length: 8 }, newId)
      // Long ago, so that nobody else's sessions are in the way.
      const then = 1_000_000
      await Promise.all(
        expired.map((id) => store.insert(id, newSession({ created: then, slid: then, expiresAt: then + 10 }), then)),
      )
      await store.insert(alive ?? '', newSession({}), NOW)
      assert.equal(await store.sweep({ now: then + 9, limit: 100 }), 0)
      assert.equal(await store.sweep({ now: then + 10, limit: 5 }), 5)
      assert.equal(await store.sweep({ now: then + 10, limit: 5 }), 2)
      assert.equal(await store.sweep({ now: then + 10, limit: 5 }), 0)
      const left = await Promise.all(expired.map((id) => store.find(id)))
      assert.deepEqual(left, Array(7).fill(undefined))
      assert.notEqual(await store.find(alive ?? ''), undefined)
    },
  },
]

function pick(stores: readonly SessionStore[], at: number): SessionStore {
  const store = stores[at % stores.length]
  assert.ok(store !== undefined)
  return store
}
