import { describe, expect, test } from 'vitest'
import { createSealer, createSessions, type Sessions } from '../../src/index.ts'
import { FakeClock } from '../support/visitor.ts'
import { CURRENT, makeSessions, mint, NAME, NOW, RING, sessionContent } from './world.ts'

const DAY = 86_400

function timed(clock: FakeClock): Sessions<Record<string, number>> {
  return createSessions({
    name: NAME,
    secrets: RING,
    idleTimeout: '2h',
    absoluteTimeout: '1d',
    clock: clock.now,
  })
}

function at(seconds: number): FakeClock {
  const clock = new FakeClock()
  clock.milliseconds = seconds * 1000
  return clock
}

describe('a cookie of the past', () => {
  test('opens until the idle timeout has passed, and is expired-idle from that second on', async () => {
    const clock = at(NOW)
    const sessions = timed(clock)
    const text = await mint(sessionContent('{"a":1}', { created: NOW - 60, slid: NOW }))
    clock.advance(7199)
    expect(sessions.read(`${NAME}=${text}`)['a']).toBe(1)
    clock.advance(1)
    expect(sessions.open(text)).toEqual({ ok: false, reason: 'expired-idle' })
    expect(sessions.read(`${NAME}=${text}`).refused).toBe('expired-idle')
    expect(sessions.read(`${NAME}=${text}`)['a']).toBeUndefined()
  })

  test('is expired-absolute once the absolute timeout has passed, however lately it was used', async () => {
    const clock = at(NOW)
    const sessions = timed(clock)
    for (const slid of [NOW, NOW + DAY - 1, NOW + DAY]) {
      const text = await mint(sessionContent('{}', { created: NOW, slid }))
      clock.milliseconds = (NOW + DAY - 1) * 1000
      expect(sessions.open(text).ok || slid === NOW).toBe(true)
      clock.milliseconds = (NOW + DAY) * 1000
      expect(sessions.open(text)).toEqual({ ok: false, reason: 'expired-absolute' })
    }
  })

  test('is expired whatever Max-Age its browser was told, and never opens again', () => {
    const sessions = makeSessions({ clock: () => (NOW + 15 * DAY) * 1000 })
    expect(sessions.read(`${NAME}=${CURRENT.sealed}`).refused).toBe('expired-idle')
    const later = makeSessions({ clock: () => (NOW + 31 * DAY) * 1000 })
    expect(later.read(`${NAME}=${CURRENT.sealed}`).refused).toBe('expired-absolute')
  })

  test('is not made younger by a clock that jumps back', async () => {
    const text = await mint(sessionContent('{}', { created: NOW, slid: NOW }))
    expect(timed(at(NOW - 61)).open(text)).toEqual({ ok: false, reason: 'expired-absolute' })
  })

  test('is refused at the end of time and at its beginning', async () => {
    for (const [created, slid] of [
      [0, 0],
      [0, NOW],
      [0xffff_ffff, 0xffff_ffff],
      [NOW, 0xffff_ffff],
      [NOW, 0],
    ] as const) {
      const opened = timed(at(NOW)).open(await mint(sessionContent('{}', { created, slid })))
      const absolute = created !== NOW
      expect(opened).toEqual({ ok: false, reason: absolute ? 'expired-absolute' : 'expired-idle' })
    }
  })
})

describe('a cookie of the future', () => {
  test('opens up to a minute ahead, for clocks of a fleet differ, and is refused beyond', async () => {
    const sessions = timed(at(NOW))
    const soon = await mint(sessionContent('{}', { created: NOW + 60, slid: NOW + 60 }))
    expect(sessions.open(soon).ok).toBe(true)
    const created = await mint(sessionContent('{}', { created: NOW + 61, slid: NOW + 61 }))
    expect(sessions.open(created)).toEqual({ ok: false, reason: 'expired-absolute' })
    const slid = await mint(sessionContent('{}', { created: NOW, slid: NOW + 61 }))
    expect(sessions.open(slid)).toEqual({ ok: false, reason: 'expired-idle' })
  })
})

describe('a sealed value', () => {
  test('is expired-absolute from its expiry on, also when that is long ago', async () => {
    const sealer = createSealer({ secrets: RING, purpose: 'p', clock: () => NOW * 1000 })
    for (const [expires, ok] of [
      [1, false],
      [NOW - 1, false],
      [NOW, false],
      [NOW + 1, true],
      [0xffff_ffff, true],
    ] as const) {
      const text = await mint({ kind: 'value', created: 0, expires, json: '1' }, { purpose: 'p' })
      expect(sealer.open(text)).toMatchObject(ok ? { ok, value: 1 } : { ok, reason: 'expired-absolute' })
    }
  })
})
