import { installedVersion } from '../installed-version.ts'
import { machine } from '../machine.ts'
import { markdownTable, spread, wrap } from '../table-text.ts'
import type { Extent } from '../servers/interleave.ts'
import { verdicts } from './goals.ts'
import type { Row } from './rows.ts'

export interface StoresResult extends Extent {
  /** The version of Redis. */
  readonly redis: string
  readonly rows: readonly Row[]
}

const HEAD = [
  '',
  '',
  'requests/s',
  '× framework alone',
  'p99 ms',
  '× framework alone',
  'server CPU µs',
  'more than alone µs',
  'Redis CPU µs',
]

/** The table with its foot, as text for a terminal. It is a Markdown table, too. */
export function table(result: StoresResult): string {
  const lines = markdownTable([HEAD, ...result.rows.map(cells)], (column) => column < 2)
  return [...lines, '', ...verdicts(result.rows), '', ...foot(result)].join('\n')
}

function cells({
  route,
  contender: { title, sessions },
  isBare,
  perSecond,
  ratio,
  p99,
  p99Ratio,
  cpu,
  cpuMore,
  redisCpu,
}: Row): string[] {
  return [
    route.path,
    isBare ? `${title} alone` : title,
    Math.round(perSecond).toLocaleString('en'),
    isBare ? '1' : spread(ratio),
    p99.toFixed(2),
    isBare ? '1' : spread(p99Ratio),
    cpu.toFixed(0),
    isBare ? '0' : cpuMore.median.toFixed(0),
    sessions === 'redis' ? redisCpu.toFixed(1) : '',
  ]
}

function foot({ starts, rounds, milliseconds, redis }: StoresResult): string[] {
  return [
    `${machine()}, Redis ${redis}, redis ${installedVersion('redis')}, ioredis ${installedVersion('ioredis')};`,
    `${starts} × ${rounds} rounds of slices of ${milliseconds} ms, interleaved. Medians; × is the median of the ratios within each round`,
    '(their middle half).',
    '',
    ...[
      'One server process for each row, of which one works at a time; 8 keep-alive connections from one other process, and \
Redis, on the same machine. A thousand sessions in turn, of three short keys and one that is written. "alone" is the framework \
with the same routes and no session, before and after each of its rows.',
      '/read gives one key of the session as JSON, /write sets one, /untouched has a session and does not look at it.',
      'PostgreSQL 18 does not wait for the disk (fsync = off), nor does SQLite at each commit (WAL, synchronous = NORMAL).',
      'p99 is of every request of a slice; with 8 connections that never rest it is mostly the wait for the others.',
      'express-session and @fastify/session as documented: the one touches a session after each read, the other writes each \
session after each request, to keep it alive. "disableTouch" and "rolling: false" leave that out, and a session that is only \
read ends after a day. coatcheck writes such a session once in a tenth of its idle timeout.',
      'coatcheck seals and opens its cookie by AES-256-GCM, the others sign theirs. Its writes change single keys of sessions \
that are still there, in a script; the others replace whole sessions, and bring ended ones back. That is what it takes more of \
Redis for.',
    ].flatMap(wrap),
  ]
}
