import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cookieReader, cookieValues } from '../../src/cookies/request-cookies.ts'

test('a header that is taken apart for many names has for each of them what a look for that one finds', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', 'b', '=', ';', ' ', '\t', '"', '\u00a0', '__proto__'),
    maxLength: 40,
  })
  fc.assert(
    fc.property(
      text,
      fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\u00a0'), maxLength: 3 })),
      (header, names) => {
        const read = cookieReader(header)
        for (const name of ['a', 'b', 'ab', 'ba', 'aa', '__proto__', ...names].filter((each) => each !== '')) {
          expect(read(name)).toEqual(cookieValues(header, name))
        }
      },
    ),
    { numRuns: 5000 },
  )
})

test('of one name that comes a hundred times, no more values are kept than anybody looks at', () => {
  const header = Array.from({ length: 100 }, (_, at) => `a=${at}; b${at}=1`).join(';')
  const read = cookieReader(header)
  for (let at = 0; at < 10; at++) expect(read(`b${at}`)).toEqual(['1'])
  expect(read('a')).toEqual(cookieValues(header, 'a'))
  expect(read('a')).toHaveLength(17)
})
