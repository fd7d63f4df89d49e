import { expect, test } from 'vitest'
import { objectText, readEntries } from '../../src/stores/sql/entries.ts'

test.each<[string, [string, string][]]>([
  ['none', []],
  ['an empty name and an empty value', [['', '']]],
  [
    'quotes, backslashes, commas, colons and braces',
    [
      ['"', '\\'],
      ['\\', '"'],
      ['\\"', '\\"'],
      ['{",:}', '{",:}'],
    ],
  ],
  ['line ends and other control characters in values', [['a', '\n\r\t\0\u007f\u2028']]],
  [
    'names that objects have themselves',
    [
      ['__proto__', '1'],
      ['constructor', '2'],
    ],
  ],
])('what is written is read: %s', (_, entries) => {
  expect([...readEntries(objectText(entries))]).toEqual(entries)
})

test('the blanks that PostgreSQL puts between are nothing', () => {
  expect([...readEntries('{"a": "1", "b" : "2"}')]).toEqual([
    ['a', '1'],
    ['b', '2'],
  ])
})

test('a name is that name, whatever was read before', () => {
  for (const name of ['\\', '"', '\\', '"'])
    expect([
      ...readEntries(
        objectText([
          ['n', '1'],
          [name, '2'],
        ]),
      ).keys(),
    ]).toEqual(['n', name])
})
