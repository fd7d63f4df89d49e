import { expect, test } from 'vitest'
import { ID, minted, NAME, seen, setUp } from './beside-rails.ts'

const DAY = 86_400

/** Seconds between two moments. */
function span(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 1000
}

test.each<[string, `${number}d`, number]>([
  ['a month of 31 days, where we say 30', '30d', 31 * DAY],
  ['two weeks in which the clocks go back', '14d', span('2026-10-20T00:00:00+02:00', '2026-11-03T00:00:00+01:00')],
  ['a year with a leap day', '365d', 366 * DAY],
  ['an application server whose clock is 61 s ahead', '14d', 14 * DAY + 61],
  ['twenty years, where we say two weeks', '14d', 20 * 365.2425 * DAY],
  ['an hour, where we say two weeks', '14d', 3600],
])('a session that Rails ends after %s is read until that end', (_, expireAfter, seconds) => {
  const { visitor, clock } = setUp({ expireAfter })
  const cookie = minted(`{"session_id":"${ID}","user_id":7}`, {}, clock.now() + seconds * 1000)
  const isRead = (): unknown => {
    visitor.cookies.set(NAME, cookie) // of a browser that another response has not reached
    return seen(visitor, (session) => session['user_id'])
  }
  expect(isRead()).toBe(7)
  clock.advance(Math.floor(seconds) - 1)
  expect(isRead()).toBe(7)
  clock.advance(2)
  expect(isRead()).toBeUndefined()
})

test('a session that Rails gave a longer end is not written by a request that only reads', () => {
  const { visitor, clock } = setUp({ expireAfter: '30d' })
  visitor.cookies.set(NAME, minted(`{"session_id":"${ID}","user_id":7}`, {}, clock.now() + 31 * DAY * 1000))
  expect(visitor.visit(({ session }) => session['user_id']).setCookie).toEqual([])
})

test('expireAfter may be as long as Rails says: browsers are asked for 400 days, and get the cookie anew in time', () => {
  const { visitor, clock } = setUp({ expireAfter: '7305d' })
  expect(visitor.visit(({ session }) => (session['user_id'] = 7)).setCookie[0]).toContain('Max-Age=34560000')
  for (let visits = 0; visits < 30; visits++) {
    clock.advance(390 * DAY) // the browser keeps it for 400
    const { setCookie } = visitor.visit(({ session }) => expect(session['user_id']).toBe(7))
    expect(setCookie).toHaveLength(1)
  }
})

test('an end that is thousands of years ahead is written as Ruby writes it, and read', () => {
  const { visitor, clock } = setUp({ expireAfter: '3652500d' })
  visitor.visit(({ session }) => (session['user_id'] = 7))
  expect(seen(visitor, (session) => session['user_id'])).toBe(7)
  const cookie = visitor.cookies.get(NAME) ?? ''
  clock.advance(3_652_499 * DAY)
  expect(seen(visitor, (session) => session['user_id'])).toBe(7)
  clock.advance(2 * DAY)
  visitor.cookies.set(NAME, cookie)
  expect(seen(visitor, (session) => session.refused)).toBe('expired-absolute')
})
