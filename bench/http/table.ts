import { machine } from '../machine.ts'
import type { Quartiles } from '../quartiles.ts'
import type { Extent } from '../servers/interleave.ts'
import type { Route } from '../servers/routes.ts'
import { markdownTable, spread, wrap } from '../table-text.ts'
import type { HttpFramework } from './contenders.ts'
import { verdicts } from './goals.ts'
import type { Row } from './rows.ts'

export interface HttpResult extends Extent {
  readonly frameworks: readonly HttpFramework[]
  readonly routes: readonly Route[]
  readonly rows: readonly Row[]
}

/** The tables with what they say and their foot, as text for a terminal. They are Markdown tables, too. */
export function table(result: HttpResult): string {
  return [
    'Requests in a second of the server’s processor time, × the framework alone:',
    '',
    ...shares(result, ({ byCpu }) => byCpu),
    '',
    'Requests in a second of the clock, × the framework alone:',
    '',
    ...shares(result, ({ byClock }) => byClock),
    '',
    ...verdicts(result.rows),
    '',
    ...foot(result),
  ].join('\n')
}

/** A row for each contender, a column for each route. */
function shares({ frameworks, routes, rows }: HttpResult, share: (row: Row) => Quartiles): string[] {
  const head = ['', '', ...routes.flatMap(({ path }) => [path, 'CPU µs'])]
  const body = frameworks.flatMap((framework) => {
    const rowOf = (contender: unknown, route: Route): Row | undefined =>
      rows.find((row) => row.framework === framework && row.contender === contender && row.route === route)
    const alone = routes.flatMap((route) => ['1', rowOf(framework.coatcheck, route)?.cpuAlone.toFixed(1) ?? ''])
    const others = framework.contenders.map((contender) => [
      '',
      contender.title,
      ...routes.flatMap((route) => {
        const row = rowOf(contender, route)
        return row === undefined ? ['', ''] : [spread(share(row)), row.cpu.toFixed(1)]
      }),
    ])
    return [[framework.bare.title, 'alone', ...alone], ...others]
  })
  return markdownTable([head, ...body], (column) => column < 2)
}

function foot({ starts, rounds, milliseconds }: HttpResult): string[] {
  return [
    `${machine()}; ${starts} × ${rounds} rounds of slices of ${milliseconds} ms, interleaved.`,
    'Medians of the ratios within each round (their middle half).',
    '',
    ...[
      'One server process for each row, of which one works at a time; 8 keep-alive connections from one other process on the \
same machine. A thousand visitors in turn, each with a session of three short keys and one that is written. A contender \
and a process of its framework alone, which has the same routes and no session, take turns, five times in each round; each \
slice of the contender is compared to those of the framework just before and after.',
      '/untouched does not look at the session, /read gives one key of it as JSON, /write sets one.',
      'Processor time leaves out who else uses the machine, and the client, which takes about as long for a request as \
node:http: by the clock, servers look more alike than they are.',
      'coatcheck keeps what is in cookies that were opened lately, and every visitor here comes again and again with the \
same cookie: each is decrypted once. With cacheBytes: 0 each is decrypted with every request, as if nobody had come before.',
      'By hand: AES-256-GCM of node:crypto around JSON with an end in it, called by the handlers that need it. No middleware, \
no tracking of changes, no rotation, no checks of what is stored, no Vary and no Cache-Control.',
      'cookie-session and koa-session sign and do not encrypt; express-session signs an id, and its memory store forgets \
everything with its process; @fastify/secure-session calls libsodium, a native module; hono-sessions writes a cookie with every \
answer, as it does by default.',
    ].flatMap(wrap),
  ]
}
