import { expectTypeOf, test } from 'vitest'
import { createSessions } from '../../src/index.ts'
import { ironSessionCookie, previousCookie, type PreviousCookieSource } from '../../src/previous/index.ts'

const secrets = ['']

test('previousCookies takes what the functions of coatcheck/previous give, and nothing bare', () => {
  createSessions({ name: 'a', secrets, previousCookies: [ironSessionCookie({ name: 'b', password: { 1: 'c' } })] })
  createSessions({
    name: 'a',
    secrets,
    // @ts-expect-error -- previousCookie(…) is missing around it
    previousCookies: [{ name: 'b', open: () => ({ ok: true, data: {} }) }],
  })
})

test('open is synchronous, and says either what there is or why not', () => {
  expectTypeOf(
    previousCookie({
      name: 'a',
      open: (value) => (value === '' ? { ok: false, reason: 'tampered' } : { ok: true, data: {} }),
    }),
  ).toEqualTypeOf<PreviousCookieSource>()
  // @ts-expect-error -- a promise is no answer
  previousCookie({ name: 'a', open: async () => ({ ok: true, data: {} }) })
  // @ts-expect-error -- no such reason
  previousCookie({ name: 'a', open: () => ({ ok: false, reason: 'because' }) })
  // @ts-expect-error -- no data
  previousCookie({ name: 'a', open: () => ({ ok: true }) })
})

test('what createSessions gave is a previous cookie', () => {
  expectTypeOf(previousCookie(createSessions({ name: 'a', secrets }))).toEqualTypeOf<PreviousCookieSource>()
})
