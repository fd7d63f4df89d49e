import { isOwn, type Result, type Row } from './result.ts'
import { COOKIE_NAME } from './session.ts'
import { figure, markdownTable, spread, wrap } from './table-text.ts'

/** What coatcheck wants to stay under, as a multiple of the raw loop. */
const GOAL = 1.2

const HEAD = ['', 'protects by', 'seal µs', '× raw', 'open µs', '× raw', 'cookie B', 'largest JSON B']

/** The table with its foot, as text for a terminal. It is a Markdown table, too. */
export function table(result: Result): string {
  const lines = markdownTable([HEAD, ...result.rows.map(rowCells)], (column) => column < 2)
  return [...lines, '', verdict(result), '', ...foot(result)].join('\n')
}

function rowCells(row: Row): string[] {
  const about = row.varies ? '≤ ' : ''
  return [
    `${row.name} ${row.version}`,
    row.protection === 'encrypted' ? 'encrypting' : 'signing only',
    row.seal.microseconds.toFixed(1),
    spread(row.seal.ratio),
    row.open.microseconds.toFixed(1),
    spread(row.open.ratio),
    `${about}${row.cookieBytes}`,
    `${row.varies ? '≈ ' : ''}${row.largestJson}`,
  ]
}

function verdict({ rows }: Result): string {
  const own = rows.filter(isOwn)
  if (own.length === 0) throw new Error('the table has no row for coatcheck')
  const worst = Math.max(...own.flatMap(({ seal, open }) => [seal.ratio.median, open.ratio.median]))
  const measured = own.map(
    ({ name, seal, open }) =>
      `${name}: seal ${seal.ratio.median.toFixed(3)} × raw, open ${open.ratio.median.toFixed(3)} × raw`,
  )
  return `${measured.join('; ')}. The goal is at most ${GOAL.toFixed(1)}: ${worst <= GOAL ? 'met' : 'MISSED'}.`
}

function foot({ machine, node, rounds, sampleBytes, bufferKey, freshSession, rows }: Result): string[] {
  const raw = rows.find((row) => row.name === 'raw node:crypto')
  if (raw === undefined) throw new Error('the table has no row for the raw loop')
  const extra = (key: 'seal' | 'open'): string => (bufferKey[key].microseconds - raw[key].microseconds).toFixed(1)
  return [
    `${machine}, Node ${node}, ${rounds} rounds, interleaved; a session of ${sampleBytes} bytes of JSON, JSON included.`,
    'Medians; × raw is the median of the ratios within each round (their middle half). Times mean nothing, ratios do.',
    '',
    'Read it with these in mind:',
    ...[
      `Node 24 charges about 10 µs a call for a key that is handed over as raw bytes instead of a KeyObject; the raw loop \
with a Buffer for its key took ${extra('seal')} µs longer a seal here, ${extra('open')} an open. That flatters us against \
keygrip-based peers (cookie-session, Koa): to compare two signatures, keygrip makes two more HMACs, keyed with fresh bytes.`,
      `cookie-session signs and does not encrypt: whoever has the cookie reads the session. Its cookie is value and \
signature together. Its encoding and its keygrip alone are timed, not the rest of its middleware, which flatters it.`,
      `iron-session and h3 derive their keys from a password by PBKDF2 at every seal and open, by design, and that is what \
their time goes into: 1 iteration in iron-session, 8,192 in h3.`,
      '@fastify/secure-session calls libsodium, a native module of 20 MB; everything else here runs on Node alone.',
      `jose goes through WebCrypto, which works in another thread. Its key is a CryptoKey, the form it is fastest with.`,
      `coatcheck decodes strictly, finds the key by the salt, checks both timeouts and gives objects with nothing to inherit. \
The raw loop does none of that.`,
      `sessions.seal(data) of coatcheck makes a new session: it draws an id and guards every value, \
${figure(freshSession.ratio.median)} × raw. What a request commits was guarded when it was assigned: its row has the commit.`,
      `"largest JSON" is what fits in name + value ≤ 4096 for a cookie named "${COOKIE_NAME}". h3 splits what is longer.`,
      '≤ and ≈: base64 that is percent-encoded for Set-Cookie differs in length from seal to seal.',
    ].flatMap(wrap),
  ]
}
