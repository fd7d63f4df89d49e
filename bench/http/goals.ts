import type { Quartiles } from '../quartiles.ts'
import type { Row } from './rows.ts'

/** What coatcheck wants to keep of the requests of its framework alone, where a handler does not look at the session. */
const UNTOUCHED_GOAL = 0.97
/** And of those of a server that does the same by hand, where it does. */
const USED_GOAL = 0.95

/** One line a framework: what coatcheck keeps, and whether it is as much as it wants. By processor time. */
export function verdicts(rows: readonly Row[]): string[] {
  const own = rows.filter(({ framework, contender }) => contender === framework.coatcheck)
  const frameworks = new Set(own.map(({ framework }) => framework))
  const width = Math.max(...own.map(({ framework }) => framework.bare.title.length))
  return [
    `Goals of coatcheck: untouched at least ${UNTOUCHED_GOAL} of its framework alone; read and write at least ${USED_GOAL} of the same by hand.`,
    ...[...frameworks].map((framework) => {
      const parts = own.filter((row) => row.framework === framework).map(verdict)
      const noOp = rows.find(({ contender }) => contender === framework.noOp)
      if (noOp !== undefined) parts.push(`${noOp.contender.title} ${noOp.byCpu.median.toFixed(3)}`)
      return `${framework.bare.title.padEnd(width)}  ${parts.join(', ')}`
    }),
  ]
}

function verdict({ route, byCpu, byCpuOfHand }: Row): string {
  if (route.session === 'untouched') return judged(route.path, byCpu, UNTOUCHED_GOAL)
  return judged(route.path, byCpuOfHand, USED_GOAL)
}

function judged(path: string, { median }: Quartiles, goal: number): string {
  return `${path} ${median.toFixed(3)} ${median >= goal ? 'met' : 'MISSED'}`
}
