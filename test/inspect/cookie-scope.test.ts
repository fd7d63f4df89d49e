import { expect, test } from 'vitest'
import { inspectCookie } from '../../src/inspect/index.ts'
import { base, ID, minted, NAME } from '../rails/beside-rails.ts'

const one = minted(`{"session_id":"${ID}","user_id":7}`)
const other = minted(`{"session_id":"${ID.replace('5', '6')}","cart":[1]}`)

function told(text: string): string[] {
  const { findings } = inspectCookie(text, { name: NAME, rails: base })
  return findings.filter(({ code }) => code === 'cookie-scope').map(({ message }) => message)
}

test('two cookies of one name that both open are told to be set with another domain or path', () => {
  expect(told(`Cookie: ${NAME}=${one}; ${NAME}=${other}`)).toEqual([
    'is there 2 times, and each opens: the two applications set it with another domain or path. Read session_options off, and say the same in cookie of createSessions',
  ])
  expect(told(`Cookie: ${NAME}=${one}; ${NAME}=planted`)).toEqual([])
  expect(told(`Cookie: ${NAME}=${one}; ${NAME}=${one}`)).toEqual([])
})

test('a Set-Cookie line of Rails tells the domain and the path that createSessions must say', () => {
  expect(told(`Set-Cookie: ${NAME}=${one}; domain=.example.org; path=/app; secure; HttpOnly; SameSite=Lax`)).toEqual([
    "is set with cookie: { domain: 'example.org', path: '/app' }: say so in createSessions, too",
  ])
  expect(told(`Set-Cookie: ${NAME}=${one}; path=/; HttpOnly; SameSite=Lax`)).toEqual([])
})
