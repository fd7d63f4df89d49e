import { expect, test } from 'vitest'
import { createSessions } from '../../src/index.ts'
import { stateOf } from '../../src/session/session.ts'
import { commitNow } from '../support/commit-now.ts'
import { thrownBy } from '../support/thrown-by.ts'
import { SECRET } from '../support/visitor.ts'

const FACTS = { cookieHeader: undefined, isSecure: (): boolean => false }

test('of two sessions of one name the second one that is used on a request is refused by name, and the first is kept', () => {
  const [a, b] = [1, 2].map(() => createSessions<{ userId: number }>({ name: 'session', secrets: [SECRET] }))
  if (a === undefined || b === undefined) throw new Error('there are two')
  for (const [first, second] of [
    [a, b],
    [b, a],
  ] as const) {
    const request = {}
    const kept = first.begin(request, FACTS)
    const other = second.begin(request, FACTS)
    first.of(request).userId = 7
    expect(thrownBy(() => second.of(request))).toMatchObject({
      code: 'ERR_OPTIONS',
      message: expect.stringMatching(/two sessions of one name.*"session".*two copies of coatcheck.*Make it once/),
    })
    expect(first.of(request).userId).toBe(7)
    expect(commitNow(kept).setCookie).toHaveLength(1)
    expect(commitNow(other).setCookie).toEqual([])
  }
})

test('two sessions of one name may both be mounted where one of them is used, and their jars as well', () => {
  const [a, b] = [1, 2].map(() => createSessions({ name: 'session', secrets: [SECRET] }))
  if (a === undefined || b === undefined) throw new Error('there are two')
  const request = {}
  const exchanges = [a.begin(request, FACTS), b.begin(request, FACTS)]
  a.jar(request).set('a', '1')
  b.jar(request).set('b', '2')
  b.of(request)['userId'] = 7
  expect(exchanges.flatMap((exchange) => commitNow(exchange).setCookie.map((line) => line.split('=')[0]))).toEqual([
    'a',
    'b',
    'session',
  ])
})

test('two names are two sessions', () => {
  const request = {}
  for (const name of ['session', 'admin']) {
    const sessions = createSessions({ name, secrets: [SECRET] })
    const exchange = sessions.begin(request, FACTS)
    sessions.of(request)['userId'] = 7
    expect(commitNow(exchange).setCookie).toHaveLength(1)
  }
})

test('identity says of a session of another release that there are two copies, and of anything else that it is not a session', () => {
  // What another release hands out has the name that all have, and states that are not ours.
  const foreign = { [Symbol.for('coatcheck session')]: true, [Symbol.for('coatcheck session state 0')]: {} }
  expect(thrownBy(() => stateOf(foreign)).message).toMatch(/another copy of coatcheck.*npm ls coatcheck/)
  for (const other of [{}, [], undefined, null]) {
    expect(thrownBy(() => stateOf(other as object)).message).toMatch(/is not a session of coatcheck/) // as: misuse is what is tested
  }
})
