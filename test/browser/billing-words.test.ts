import { expect, test } from 'vitest'
import { ago } from '../../examples/billing/words/ago.ts'
import { browserName } from '../../examples/billing/words/browser-name.ts'
import { placeName } from '../../examples/billing/words/place.ts'
import { ipPrefix } from '../../src/identity/ip-prefix.ts'

test.each([
  ['127.0.0.1', 'this computer'],
  ['127.8.9.1', 'this computer'],
  ['::1', 'this computer'],
  ['::ffff:127.0.0.1', 'this computer'],
  ['10.20.30.40', 'this network'],
  ['172.31.0.9', 'this network'],
  ['172.32.0.9', '172.32.0.0/24'],
  ['192.168.1.20', 'this network'],
  ['169.254.7.7', 'this network'],
  ['fe80::1%eth0', 'this network'],
  ['fd12:3456:789a::1', 'this network'],
  ['203.0.113.9', '203.0.113.0/24'],
  ['::ffff:203.0.113.9', '203.0.113.0/24'],
  ['2001:db8:1:2::3', '2001:db8:1::/48'],
])('a device at %s is in %s', (address, place) => {
  expect(placeName(ipPrefix(address) ?? null)).toBe(place)
})

test('a device whose address is unknown is in an unknown place', () => {
  expect(placeName(null)).toBe('an unknown place')
})

const WEBKIT = 'AppleWebKit/537.36 (KHTML, like Gecko)'

test.each([
  ['Chrome on Windows', `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/126.0.0.0 Safari/537.36`],
  [
    'Edge on Windows',
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0`,
  ],
  [
    'Opera on macOS',
    `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${WEBKIT} Chrome/124.0 Safari/537.36 OPR/110.0.0.0`,
  ],
  ['Chrome on Android', `Mozilla/5.0 (Linux; Android 10; K) ${WEBKIT} Chrome/126.0.0.0 Mobile Safari/537.36`],
  [
    'Chrome on iPhone',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1',
  ],
  ['Chrome on Linux', `Mozilla/5.0 (X11; Linux x86_64) ${WEBKIT} HeadlessChrome/126.0.0.0 Safari/537.36`],
  ['Firefox on Linux', 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0'],
  [
    'Safari on macOS',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15',
  ],
  [
    'Safari on iPad',
    'Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1',
  ],
  ['Another browser', 'curl/8.14.1'],
  ['An unknown browser', ''],
])('%s is recognised', (name, userAgent) => {
  expect(browserName(userAgent)).toBe(name)
})

test.each([
  [0, 'just now'],
  [59, 'just now'],
  [60, '1 minute ago'],
  [3599, '59 minutes ago'],
  [7200, '2 hours ago'],
  [86_400, 'yesterday'],
  [3 * 86_400, '3 days ago'],
  [-5, 'just now'],
])('%d seconds are %s', (seconds, words) => {
  const now = Date.UTC(2026, 0, 1)
  expect(ago(now - seconds * 1000, now)).toBe(words)
})
