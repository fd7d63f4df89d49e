import type { Timing } from '../measure.ts'
import { figure, markdownTable, spread, wrap } from '../table-text.ts'
import { COOKIE_NAME } from './coatcheck.ts'
import type { Result, Row } from './run.ts'

/** What we want to stay under, as a multiple of the raw loop; the double base64 and the envelope are Rails' price. */
const GOAL = 1.6

const HEAD = ['', 'seal µs', '× raw', 'seals/s', 'open µs', '× raw', 'opens/s']

/** The table with its foot, as text for a terminal. It is a Markdown table, too. */
export function table(result: Result): string {
  const lines = markdownTable([HEAD, ...result.rows.map(cells)], (column) => column === 0)
  return [...lines, '', verdict(result), '', ...foot(result)].join('\n')
}

function cells({ name, seal, open }: Row): string[] {
  return [name, ...timed(seal), ...timed(open)]
}

function timed(timing: Timing): string[] {
  return [figure(timing.microseconds), spread(timing.ratio), perSecond(timing)]
}

function perSecond({ microseconds }: Timing): string {
  return Number((1e6 / microseconds).toPrecision(3)).toLocaleString('en')
}

function verdict({ rows: [, own] }: Result): string {
  if (own === undefined) throw new Error('the table has no row for coatcheck')
  const met = Math.max(own.seal.ratio.median, own.open.ratio.median) <= GOAL
  return `coatcheck: seal ${figure(own.seal.ratio.median)} × raw, open ${figure(own.open.ratio.median)} × raw; the goal is at most ${GOAL}: ${met ? 'met' : 'MISSED'}.`
}

function foot({ machine, rounds, jsonBytes, plaintextBytes, parts, freshSession, rails }: Result): string[] {
  return [
    `${machine}, ${rounds} rounds, interleaved; medians, × raw is the median of the ratios within each round (their middle half).`,
    '',
    'Read it with these in mind:',
    ...[
      `The session has ${jsonBytes} bytes of JSON with its session_id, ${plaintextBytes} in Rails' envelope; AES-256-GCM, cookies of load_defaults 8.1 named "${COOKIE_NAME}", without expiry.`,
      `The raw loop does JSON once, AES-256-GCM over ${plaintextBytes} bytes with a KeyObject and nonces from a pool, base64 once. It knows \
no envelope and no base64 within it, decodes leniently, and leaves out percent-encoding and purpose.`,
      `coatcheck's open is the public sessions.open: unescaping, strict base64 of each part, purpose and expiry, harmless JSON. Its seal is what the commit of a request calls, with one key changed since it was opened. PBKDF2 runs once, at the start.`,
      `What that takes beyond the raw loop, µs each by itself: ${parts.map(({ name, timing }) => `${name} ${figure(timing.microseconds)}`).join('; ')}.`,
      `sessions.seal(data) makes a new session, draws an id and guards and weighs every value: ${figure(freshSession.ratio.median)} × raw, ${perSecond(freshSession)} a second.`,
      'version' in rails
        ? `Rails ${rails.version}, in a process of its own, in turns with ours, without YJIT; each opens what the other sealed. cookies.encrypted makes a request \
and its jar each time, as every request does; MessageEncryptor is made once. Neither percent-encodes what it seals.`
        : `Rails is not in the table: ${rails.missing}. On Debian, apt-get install ruby-actionpack puts it there.`,
    ].flatMap(wrap),
  ]
}
