import { randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import type {
  FoundUserSession,
  NewUserSession,
  UserSessionRecord,
  UserSessionRegistry,
} from '../../src/identity/index.ts'

/** Milliseconds since 1970: the contract has no clock of its own. */
const NOW = Date.UTC(2026, 10, 24)
const HOUR = 3_600_000

/** What every registry has to do, whatever database it stands on. `open` gives registries over one and the same database. */
export function registryContract(name: string, open: () => Promise<UserSessionRegistry>): void {
  describe(`${name}: the registry of user sessions`, () => {
    let registry: UserSessionRegistry
    let users = 0

    beforeAll(async () => {
      registry = await open()
      await registry.migrate()
    })

    /** Every test has users of its own. */
    const newUser = (): string => `user ${++users} of ${name}`

    const newRecord = (userId: string, facts: Partial<NewUserSession> = {}): NewUserSession => ({
      id: randomBytes(16).toString('base64url'),
      userId,
      secretHash: randomBytes(32),
      createdAt: NOW,
      authenticatedAt: NOW,
      lastSeenAt: NOW,
      idleExpiresAt: NOW + HOUR,
      absoluteExpiresAt: NOW + 24 * HOUR,
      ipPrefix: '203.0.113.0/24',
      userAgent: 'A browser “of” Zoë’s\nwith a line',
      label: null,
      method: 'password',
      ...facts,
    })

    const insert = async (record: NewUserSession): Promise<NewUserSession> => {
      expect(await registry.insert(record, { maximum: 100 })).toMatchObject({ ok: true })
      return record
    }

    const find = async (id: string): Promise<FoundUserSession> => {
      const found = await registry.find(id)
      if (found === undefined) throw new Error(`no record ${id}`)
      return found
    }

    const isAlive = async (id: string): Promise<boolean> => {
      const found = await registry.find(id)
      return (
        found !== undefined &&
        found.endedAt === null &&
        found.epochs.user >= found.current.user &&
        found.epochs.everyone >= found.current.everyone
      )
    }

    test('a record comes back as it was inserted, with the epochs of that moment; a check reads of it what it needs', async () => {
      const record = await insert(newRecord(newUser()))
      const { secretHash, epochs, current, endedAt, endedBecause, ...checked } = await find(record.id)
      const { secretHash: hash, ...shown } = record
      expect(await registry.list(record.userId, NOW)).toEqual([shown])
      const { userId, authenticatedAt, lastSeenAt, idleExpiresAt, absoluteExpiresAt } = shown
      expect(checked).toEqual({ userId, authenticatedAt, lastSeenAt, idleExpiresAt, absoluteExpiresAt })
      expect(Buffer.from(secretHash)).toEqual(Buffer.from(hash))
      expect(epochs).toEqual(current)
      expect(await registry.epochs(record.userId)).toEqual(current)
      expect([endedAt, endedBecause]).toEqual([null, null])
    })

    test('a handle that nobody has is found nowhere, and every verb says so without making it', async () => {
      const id = 'nobody has this one'
      expect(await registry.find(id)).toBeUndefined()
      expect(await registry.touch(id, { lastSeenAt: NOW, idleExpiresAt: NOW, notSince: NOW })).toBe(false)
      expect(await registry.end(id, { at: NOW, because: 'revoked' })).toBe(false)
      const nobody = { id, secretHash: randomBytes(32) }
      expect(await registry.endOthers(newUser(), nobody, { at: NOW, because: 'others' })).toBeUndefined()
      const { absoluteExpiresAt, idleExpiresAt, authenticatedAt } = newRecord('')
      const renewal = { secretHash: randomBytes(32), authenticatedAt, idleExpiresAt, absoluteExpiresAt, method: null }
      expect(await registry.renew(id, randomBytes(32), renewal)).toBe(false)
      expect(await registry.find(id)).toBeUndefined()
    })

    test('user ids are compared byte by byte', async () => {
      const base = newUser()
      const ids = [`${base}é`, `${base}e\u0301`, `${base}É`, `${base} `, base, `${base}'; DROP TABLE users; --`]
      for (const userId of ids) await insert(newRecord(userId))
      for (const userId of ids) {
        const records = await registry.list(userId, NOW)
        expect(records.map((record) => record.userId)).toEqual([userId])
      }
      await registry.raiseUserEpoch(base)
      expect(await Promise.all(ids.map(async (id) => (await registry.list(id, NOW)).length))).toEqual([
        1, 1, 1, 1, 0, 1,
      ])
    })

    test('a record ends once, and stays ended under every verb', async () => {
      const { id, userId, secretHash, ...times } = await insert(newRecord(newUser()))
      expect(await registry.end(id, { at: NOW + 1, because: 'sign-out' })).toBe(true)
      expect(await registry.end(id, { at: NOW + 2, because: 'revoked' })).toBe(false)
      const later = { lastSeenAt: NOW + HOUR, idleExpiresAt: NOW + 2 * HOUR, notSince: NOW + HOUR }
      expect(await registry.touch(id, later)).toBe(false)
      const renewal = { ...times, secretHash: randomBytes(32), method: null }
      expect(await registry.renew(id, secretHash, renewal)).toBe(false)
      expect(await registry.endOthers(userId, { id, secretHash }, { at: NOW, because: 'others' })).toBeUndefined()
      expect(await find(id)).toMatchObject({ endedAt: NOW + 1, endedBecause: 'sign-out', lastSeenAt: NOW })
      expect(await registry.list(userId, NOW)).toEqual([])
    })

    test('a record is ended for its owner alone: another user’s handle is as good as none', async () => {
      const record = await insert(newRecord(newUser()))
      const other = newUser()
      expect(await registry.end(record.id, { at: NOW, because: 'revoked', userId: other })).toBe(false)
      expect(await isAlive(record.id)).toBe(true)
      expect(await registry.end(record.id, { at: NOW, because: 'revoked', userId: record.userId })).toBe(true)
    })

    test('a record ends, and is replaced, by whoever has its current secret: an old copy of the cookie ends nothing', async () => {
      const record = await insert(newRecord(newUser()))
      const { id, userId, secretHash: old, ...times } = record
      const secretHash = randomBytes(32)
      expect(await registry.renew(id, old, { ...times, secretHash, method: null })).toBe(true)
      const ending = { at: NOW, because: 'sign-out', userId } as const
      expect(await registry.end(id, { ...ending, secretHash: old })).toBe(false)
      expect(await registry.endOthers(userId, { id, secretHash: old }, { at: NOW, because: 'others' })).toBeUndefined()
      const replaces = { id, userId, secretHash: old }
      expect(await registry.insert(newRecord(newUser()), { replaces, maximum: 9 })).toMatchObject({
        ok: true,
        ended: [],
      })
      expect(await registry.end(id, { ...ending, secretHash, userId: newUser() })).toBe(false)
      const another = { id, userId: newUser(), secretHash }
      expect(await registry.insert(newRecord(newUser()), { replaces: another, maximum: 9 })).toMatchObject({
        ended: [],
      })
      expect(await isAlive(id)).toBe(true)
      expect(await registry.end(id, { ...ending, secretHash })).toBe(true)
      expect(await isAlive(id)).toBe(false)
    })

    test('what is done with an old secret while it is renewed counts for all or for nothing', async () => {
      const { id, userId, secretHash: old, ...times } = await insert(newRecord(newUser()))
      const secretHash = randomBytes(32)
      const [isRenewed, didEnd] = await Promise.all([
        registry.renew(id, old, { ...times, secretHash, method: null }),
        registry.end(id, { at: NOW, because: 'sign-out', userId, secretHash: old }),
      ])
      expect([isRenewed, didEnd].filter(Boolean)).toHaveLength(1)
      expect(await isAlive(id)).toBe(isRenewed)
    })

    test('a use is noted once within its span, and moves the idle limit', async () => {
      const { id } = await insert(newRecord(newUser()))
      const seen = { lastSeenAt: NOW + 60_000, idleExpiresAt: NOW + HOUR + 60_000, notSince: NOW }
      const noted = await Promise.all([registry.touch(id, seen), registry.touch(id, seen), registry.touch(id, seen)])
      expect(noted.filter(Boolean)).toHaveLength(1)
      expect(await find(id)).toMatchObject({ lastSeenAt: NOW + 60_000, idleExpiresAt: NOW + HOUR + 60_000 })
    })

    test('a secret is changed by whoever has the current one, once', async () => {
      const { id, userId, secretHash } = await insert(newRecord(newUser()))
      const renewal = (hash: Uint8Array) => ({
        secretHash: hash,
        authenticatedAt: NOW + 5,
        idleExpiresAt: NOW + HOUR + 5,
        absoluteExpiresAt: NOW + 24 * HOUR + 5,
        method: 'passkey',
      })
      const hashes = [randomBytes(32), randomBytes(32), randomBytes(32)]
      expect(await registry.renew(id, randomBytes(32), renewal(randomBytes(32)))).toBe(false)
      const renewed = await Promise.all(hashes.map((hash) => registry.renew(id, secretHash, renewal(hash))))
      expect(renewed.filter(Boolean)).toHaveLength(1)
      const found = await find(id)
      expect(Buffer.from(found.secretHash)).toEqual(hashes[renewed.indexOf(true)])
      expect(found).toMatchObject({ authenticatedAt: NOW + 5, absoluteExpiresAt: NOW + 24 * HOUR + 5 })
      expect(await registry.list(userId, NOW)).toMatchObject([{ id, method: 'passkey' }])
    })

    test.each([
      ['the user', (userId: string) => registry.raiseUserEpoch(userId)],
      ['everyone', () => registry.raiseEveryoneEpoch()],
    ])('after %s was revoked, no secret is changed, nobody is kept, and the list is empty', async (_, revoke) => {
      const { id, userId, secretHash, ...times } = await insert(newRecord(newUser()))
      await revoke(userId)
      expect(await isAlive(id)).toBe(false)
      expect(await registry.renew(id, secretHash, { ...times, secretHash: randomBytes(32), method: null })).toBe(false)
      expect(await registry.endOthers(userId, { id, secretHash }, { at: NOW, because: 'others' })).toBeUndefined()
      expect(await registry.end(id, { at: NOW, because: 'sign-out', userId, secretHash })).toBe(false)
      expect(await registry.list(userId, NOW)).toEqual([])
      const next = await insert(newRecord(userId))
      expect(await isAlive(next.id)).toBe(true)
    })

    test('the list has what is alive, the last seen first', async () => {
      const userId = newUser()
      const old = await insert(newRecord(userId, { lastSeenAt: NOW - 1000 }))
      const recent = await insert(newRecord(userId, { lastSeenAt: NOW + 1000, label: 'Kitchen' }))
      const ended = await insert(newRecord(userId))
      await registry.end(ended.id, { at: NOW, because: 'revoked' })
      await insert(newRecord(userId, { idleExpiresAt: NOW }))
      await insert(newRecord(newUser()))
      const { secretHash: _, ...shown } = recent
      const list = await registry.list(userId, NOW)
      expect(list.map(({ id }) => id)).toEqual([recent.id, old.id])
      expect(list[0]).toEqual(shown)
    })

    test('a list comes in parts as well, in the order of the whole, however many were seen at the same time', async () => {
      const userId = newUser()
      for (let at = 0; at < 7; at++) await insert(newRecord(userId, { lastSeenAt: NOW - 1000 * (at >> 1) }))
      const whole = await registry.list(userId, NOW)
      const parts: UserSessionRecord[][] = []
      for (let part = await registry.list(userId, NOW, { limit: 3 }); part.length > 0;) {
        parts.push([...part])
        part = await registry.list(userId, NOW, { limit: 3, after: part.at(-1) })
      }
      expect(parts.map(({ length }) => length)).toEqual([3, 3, 1])
      expect(parts.flat()).toEqual(whole)
      expect(await registry.list(userId, NOW, { limit: 100 })).toEqual(whole)
    })

    test('fifty revocations at once are fifty steps of the epoch', async () => {
      const userId = newUser()
      const before = await registry.epochs(userId)
      await Promise.all(Array.from({ length: 50 }, () => registry.raiseUserEpoch(userId)))
      expect((await registry.epochs(userId)).user).toBe(before.user + 50)
    })

    test('an insert with an epoch that is not current any more makes nothing and ends nothing', async () => {
      const userId = newUser()
      const before = await insert(newRecord(userId))
      const expected = await registry.epochs(userId)
      await registry.raiseEveryoneEpoch()
      const replaced = await insert(newRecord(userId))
      const late = newRecord(userId)
      expect(await registry.insert(late, { expected, replaces: replaced, maximum: 1 })).toEqual({ ok: false })
      expect(await registry.find(late.id)).toBeUndefined()
      expect(await isAlive(replaced.id)).toBe(true)
      expect(await isAlive(before.id)).toBe(false)
    })

    test('a hundred inserts that began before the user was revoked leave nobody signed in', async () => {
      const userId = newUser()
      const expected = await registry.epochs(userId)
      const records = Array.from({ length: 100 }, () => newRecord(userId))
      const inserts = records.map((record) => registry.insert(record, { expected, maximum: 1000 }))
      await Promise.all([...inserts.slice(0, 50), registry.raiseUserEpoch(userId), ...inserts.slice(50)])
      const alive = await Promise.all(records.map(({ id }) => isAlive(id)))
      expect(alive.filter(Boolean)).toHaveLength(0)
    })

    test('a new record ends the one that it replaces', async () => {
      const before = await insert(newRecord(newUser()))
      const record = newRecord(before.userId)
      const inserted = await registry.insert(record, { replaces: before, maximum: 10 })
      expect(inserted).toMatchObject({ ok: true, ended: [{ id: before.id, because: 'replaced' }] })
      expect(await find(before.id)).toMatchObject({ endedBecause: 'replaced', endedAt: NOW })
    })

    test('beyond the maximum the oldest ends, however many sign in at once', async () => {
      const userId = newUser()
      const records = Array.from({ length: 30 }, (_, at) => newRecord(userId, { createdAt: NOW + at }))
      await Promise.all(records.map((record) => registry.insert(record, { maximum: 5 })))
      const alive = await registry.list(userId, NOW)
      expect(alive).toHaveLength(5)
      const last = newRecord(userId, { createdAt: NOW + 100 })
      const oldest = alive.toSorted((a, b) => a.createdAt - b.createdAt)[0]
      const inserted = await registry.insert(last, { maximum: 5 })
      expect(inserted).toMatchObject({ ok: true, ended: [{ id: oldest?.id, because: 'limit' }] })
      expect((await registry.list(userId, NOW)).map(({ id }) => id)).toContain(last.id)
    })

    test('two users who take each other’s browser at the maximum are both signed in', async () => {
      const [ada, zoe] = [newUser(), newUser()]
      const begin = async (userId: string, before?: NewUserSession): Promise<NewUserSession> => {
        const record = newRecord(userId)
        const replaces = before && { id: before.id, userId: before.userId, secretHash: before.secretHash }
        expect(await registry.insert(record, { replaces, maximum: 1 })).toMatchObject({ ok: true })
        return record
      }
      let [one, two] = [await begin(ada), await begin(zoe)]
      for (let round = 0; round < 10; round++) {
        ;[one, two] = await Promise.all([begin(two.userId, one), begin(one.userId, two)])
        expect(await Promise.all([isAlive(one.id), isAlive(two.id)])).toEqual([true, true])
      }
    })

    test('what is ended, expired or revoked does not count towards the maximum', async () => {
      const userId = newUser()
      await insert(newRecord(userId))
      await registry.raiseUserEpoch(userId)
      await insert(newRecord(userId, { idleExpiresAt: NOW }))
      const alive = await insert(newRecord(userId))
      expect(await registry.insert(newRecord(userId), { maximum: 2 })).toMatchObject({ ok: true, ended: [] })
      expect(await isAlive(alive.id)).toBe(true)
    })

    test('all others end, those included whose sign-in began before', async () => {
      const userId = newUser()
      const keep = await insert(newRecord(userId))
      const others = [await insert(newRecord(userId)), await insert(newRecord(userId))]
      const expected = await registry.epochs(userId)
      const late = Array.from({ length: 20 }, () => newRecord(userId))
      const [count] = await Promise.all([
        registry.endOthers(userId, keep, { at: NOW, because: 'others' }),
        ...late.map((record) => registry.insert(record, { expected, maximum: 100 })),
      ])
      expect(count).toBeGreaterThanOrEqual(2)
      expect((await registry.list(userId, NOW)).map(({ id }) => id)).toEqual([keep.id])
      for (const { id } of others) expect(await find(id)).toMatchObject({ endedBecause: 'others' })
      const again = await insert(newRecord(userId))
      expect(await isAlive(again.id)).toBe(true)
    })

    test('two devices that end all others at once leave one of them, not none', async () => {
      const userId = newUser()
      const one = await insert(newRecord(userId))
      const two = await insert(newRecord(userId))
      const ended = await Promise.all(
        [one, two].map((keep) => registry.endOthers(userId, keep, { at: NOW, because: 'others' })),
      )
      expect(ended.toSorted()).toEqual([1, undefined])
      expect(await registry.list(userId, NOW)).toHaveLength(1)
    })

    test('a sweep deletes what ended or expired before, at most so many, and nothing that is alive', async () => {
      const userId = newUser()
      const past = NOW - 1000 * HOUR
      const alive = await insert(newRecord(userId))
      const expired = newRecord(userId, { createdAt: past, idleExpiresAt: past + 1, absoluteExpiresAt: past + 1 })
      await insert(expired)
      for (let at = 0; at < 7; at++) {
        const { id } = await insert(newRecord(userId))
        await registry.end(id, { at: past, because: 'revoked' })
      }
      const justEnded = await insert(newRecord(userId))
      await registry.end(justEnded.id, { at: NOW, because: 'revoked' })
      const swept: number[] = []
      for (let round = 0; round < 4; round++) swept.push(await registry.sweep({ before: past + HOUR, limit: 3 }))
      expect(swept).toEqual([3, 3, 2, 0])
      expect(await registry.find(expired.id)).toBeUndefined()
      expect(await isAlive(alive.id)).toBe(true)
      expect(await find(justEnded.id)).toMatchObject({ endedBecause: 'revoked' })
    })

    test('several processes may migrate at once, and once more later', async () => {
      const registries = await Promise.all([open(), open(), open(), open()])
      await Promise.all(registries.map((each) => each.migrate()))
      const { id } = await insert(newRecord(newUser()))
      expect(await isAlive(id)).toBe(true)
    })
  })
}
