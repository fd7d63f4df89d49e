import { machine } from '../machine.ts'
import type { Timing } from '../measure.ts'
import type { Quartiles } from '../quartiles.ts'
import { markdownTable, wrap } from '../table-text.ts'
import type { LookupRow } from './lookups.ts'
import type { RequestRow } from './requests.ts'

export interface IdentityResult {
  /** Of other users, in each database. */
  readonly records: number
  readonly rounds: number
  readonly slices: number
  readonly lookups: readonly LookupRow[]
  readonly requests: readonly RequestRow[]
}

/** What `identity.currentUser` may take, as a multiple of the bare lookup and the opening of the cookie together. */
const GOAL = 1.25

/** Both tables with their feet, as text for a terminal. They are Markdown, too. */
export function table(result: IdentityResult): string {
  return [...requestTable(result), '', ...lookupTable(result)].join('\n')
}

function requestTable({ requests, slices }: IdentityResult): string[] {
  const head = ['GET /dashboard', 'requests/s', '× no session', 'server CPU µs', '× no session']
  const rows = requests.map(({ title, requestsPerSecond, cpuMicroseconds, ratio: toNone, cpuRatio }) => [
    title,
    Math.round(requestsPerSecond).toLocaleString('en'),
    quartilesOf(toNone),
    cpuMicroseconds.toFixed(0),
    quartilesOf(cpuRatio),
  ])
  return [
    ...markdownTable([head, ...rows], (column) => column < 1),
    '',
    `${machine()}; ${slices} rounds of a second each, interleaved. Medians; × is the median of the ratios within each round`,
    '(their middle half).',
    '',
    ...[
      'Not the demo itself, whose dashboard is for visitors who are signed in and shows an inspector: its five SQLite reads \
and their validation, its figures, a page of its size without layout and inspector, in Express. "no session" shows one \
fixed user; the user row is read in every variant.',
      'One server process for each variant, of which one works at a time; 8 keep-alive connections from one other process on \
the same machine, PostgreSQL on it too. Requests a second are bounded by that client as well, processor time is not.',
      'A page this small makes ratios large: the differences in microseconds are what an application pays, whatever its page.',
    ].flatMap(wrap),
  ]
}

function lookupTable({ lookups, rounds, records }: IdentityResult): string[] {
  const head = [
    'currentUser(session)',
    'lookup µs',
    'cookie µs',
    'lookup + cookie µs',
    'find × lookup',
    'currentUser µs',
    '× lookup + cookie',
    '× lookup',
  ]
  const rows = lookups.map((row) => [
    row.store,
    row.bare.microseconds.toFixed(1),
    row.open.microseconds.toFixed(1),
    row.bareAndOpen.microseconds.toFixed(1),
    ratio(row.find),
    row.currentUser.microseconds.toFixed(1),
    ratio(row.currentUser),
    ratio(row.currentUserToBare),
  ])
  const worst = Math.max(...lookups.map(({ currentUser }) => currentUser.ratio.median))
  return [
    ...markdownTable([head, ...rows], (column) => column < 1),
    '',
    `currentUser is at most ${worst.toFixed(2)} × the bare lookup with the opening of the cookie; the goal is ${GOAL}: ${worst <= GOAL ? 'met' : 'MISSED'}.`,
    '',
    `${rounds} rounds, interleaved, in one process, one at a time, ${records.toLocaleString('en')} other records in each database.`,
    '',
    ...[
      '"lookup" is SELECT of the columns of a record by its primary key through the same client, prepared, its row not looked \
at. "cookie" is a fresh request, its session opened, one value read. "find" is registry.find: the lookup, both epochs in the \
same statement, a record made of it. "currentUser" is all of it from the Cookie header to the user, who comes from a Map.',
      'On SQLite, where a lookup takes as long as opening a cookie, no check of a sealed cookie can be near the lookup alone: \
the last column says what the rest is.',
    ].flatMap(wrap),
  ]
}

function ratio({ ratio: { low, median, high } }: Timing): string {
  return quartilesOf({ low, median, high })
}

/** `1.08 (1.05 to 1.12)`: the median and the middle half of the rounds. */
function quartilesOf({ low, median, high }: Quartiles): string {
  return `${median.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`
}
