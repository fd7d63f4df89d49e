/** What sessions in a cookie cost a request. Run it with `npm run bench:http`; docs/http-cost.md has its numbers. */
import { optionsOrExit, showProgress } from '../command-line.ts'
import { interleave, type Measured } from '../servers/interleave.ts'
import { readOptions, USAGE } from '../servers/options.ts'
import { READ, UNTOUCHED, WRITE } from '../servers/routes.ts'
import { startServer, type Work } from '../servers/working-server.ts'
import { FRAMEWORKS } from './contenders.ts'
import { rowsOf } from './rows.ts'
import { table } from './table.ts'

const { starts, rounds, milliseconds, json, frameworks, routes } = optionsOrExit(
  'bench:http',
  (args) =>
    readOptions(args, {
      rounds: '12',
      milliseconds: '60',
      frameworks: FRAMEWORKS,
      routes: [UNTOUCHED, READ, WRITE],
    }),
  `Usage: npm run bench:http -- ${USAGE}`,
)
const measured: Measured<Work>[] = []
// One after the other, as nothing is compared between them, and servers that rest for long are slower when they are back.
for (const each of frameworks) {
  const plan = {
    starts,
    rounds,
    milliseconds,
    onRound: (round: number) => showProgress(`${each.bare.title}, round`, round, starts * rounds),
  }
  // oxlint-disable-next-line no-await-in-loop -- of servers that are compared, one works at a time
  measured.push(...(await interleave([each], routes, (contender) => startServer(contender, {}), plan)))
}
const result = { starts, rounds, milliseconds, frameworks, routes, rows: rowsOf(frameworks, routes, measured) }
process.stdout.write(`${json ? JSON.stringify(result, undefined, 2) : table(result)}\n`)
