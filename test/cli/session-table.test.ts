import { expect, test } from 'vitest'
import { browserName } from '../../src/cli/browser-name.ts'
import { printableJson } from '../../src/cli/printable.ts'
import { sessionJson, sessionTable } from '../../src/cli/session-table.ts'
import { newSession } from './world.ts'

const NOON = Date.UTC(2026, 10, 24, 12)

test('the table has times in UTC, and a dash for what nobody said', () => {
  const first = newSession('7', NOON, { id: 'Qm9uam91cg', ipPrefix: '203.0.113.0/24', label: 'Laptop' })
  const second = newSession('7', NOON, { id: 'x', lastSeenAt: NOON + 61_999, method: 'passkey', userAgent: 'curl/8.9' })
  expect(sessionTable([first, second])).toBe(`\
SESSION     SIGNED IN             LAST SEEN             FROM            BROWSER   METHOD   LABEL
Qm9uam91cg  2026-11-24T12:00:00Z  2026-11-24T12:00:00Z  203.0.113.0/24  -         -        Laptop
x           2026-11-24T12:00:00Z  2026-11-24T12:01:01Z  -               curl/8.9  passkey  -
`)
})

test('what a browser sent moves no cursor and begins no line', () => {
  const hostile = '\u001b[2Jcleared\r\nnext\u009b1A\u202eesrever\u2028\0'
  const record = newSession('7', NOON, { userAgent: hostile, label: hostile, method: hostile })
  const table = sessionTable([record])
  expect(table.trimEnd().split('\n')).toHaveLength(2)
  expect(table.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
  const line = printableJson(sessionJson(record))
  expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
  expect(JSON.parse(line)).toMatchObject({ userAgent: hostile, label: hostile, method: hostile })
})

test('half a character is shown as none, and a program reads what there is', () => {
  const record = newSession('7', NOON, { label: '\ud83d and \u{e0041}' })
  expect(sessionTable([record])).toContain('\ufffd and \ufffd')
  const line = printableJson(sessionJson(record))
  expect(line).toContain('\\ud83d and \\udb40\\udc41')
  expect(JSON.parse(line)).toMatchObject({ label: record.label })
})

test('neither form has the hash of a secret', () => {
  const record = newSession('7', NOON)
  const hash = Buffer.from(record.secretHash)
  for (const text of [sessionTable([record]), printableJson(sessionJson(record))]) {
    for (const form of ['hex', 'base64', 'base64url', 'latin1'] as const)
      expect(text).not.toContain(hash.toString(form))
    expect(text).not.toContain('secret')
  }
})

test.each([
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', 'Firefox 143, Windows'],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0',
    'Edge 141, Windows',
  ],
  [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
    'Chrome 141, Linux',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15',
    'Safari 26, macOS',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1',
    'Safari 26, iOS',
  ],
  [
    'Mozilla/5.0 (Linux; Android 15; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36',
    'Samsung Internet 28, Android',
  ],
  ['curl/8.9.1', 'curl/8.9.1'],
  ['BillingApp/3.2 (Acme point of sale; firmware 12)', 'BillingApp/3.2 (Acme point of…'],
  ['', ''],
])('a User-Agent header is shortened: %s', (userAgent, name) => {
  expect(browserName(userAgent)).toBe(name)
})
