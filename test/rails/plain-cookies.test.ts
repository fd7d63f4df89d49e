import { expect, test } from 'vitest'
import { railsJar } from '../../src/rails/index.ts'
import { createSessions } from '../../src/index.ts'
import { SECRET } from '../support/visitor.ts'
import { base, NAME, setUp } from './beside-rails.ts'

test.each([
  ['dark+%26+stormy', 'dark & stormy'],
  ['a%2Bb', 'a+b'],
  ['1+1', '1 1'],
  ['%E0%A4%A', '%E0%A4%A'],
  ['plain', 'plain'],
])('a plain cookie %s that Rails set reads as Rack reads it', (text, value) => {
  expect(railsJar({ ...base, cookieHeader: `theme=${text}` }).get('theme')).toBe(value)
  const { sessions } = setUp()
  const { jar } = sessions.begin({}, { cookieHeader: `theme=${text}`, isSecure: () => false })
  expect(jar.get('theme')).toBe(value)
})

test('a plain cookie of ours keeps its plus', () => {
  const sessions = createSessions({ name: NAME, secrets: [SECRET] })
  const { jar } = sessions.begin({}, { cookieHeader: 'theme=1+1', isSecure: () => false })
  expect(jar.get('theme')).toBe('1+1')
})

test('what is set as a plain cookie is read back by the next request', () => {
  const { visitor } = setUp()
  visitor.visit(({ jar }) => jar.set('theme', 'a+b & c'))
  visitor.visit(({ jar }) => expect(jar.get('theme')).toBe('a+b & c'))
})
