import type { Contender } from '../servers/contender.ts'
import type { Row } from './rows.ts'

/** What coatcheck wants to keep of the requests of its framework alone, where a handler does not look at the session. */
const UNTOUCHED_GOAL = 0.97
/** And of those of a server that does the same by hand, where it does. */
const USED_GOAL = 0.95

/** One line a framework: what coatcheck keeps, and whether it is as much as it wants. By processor time. */
export function verdicts(rows: readonly Row[]): string[] {
  const frameworks = [...new Set(rows.map(({ framework }) => framework))]
  const width = Math.max(...frameworks.map(({ bare }) => bare.title.length))
  return [
    `Goals of coatcheck: untouched at least ${UNTOUCHED_GOAL} of its framework alone; read and write at least ${USED_GOAL} of the same by hand.`,
    ...frameworks.map((framework) => {
      const of = (contender: Contender | undefined): readonly Row[] =>
        rows.filter((row) => row.framework === framework && row.contender === contender)
      const parts = [of(framework.coatcheck).map(verdict)]
      if (framework.around !== undefined) parts.push([framework.around.title, ...of(framework.around).map(verdict)])
      const forgetful = of(framework.forgetful).filter(isUsed).map(ofHand)
      if (forgetful.length > 0) parts.push(['with cacheBytes: 0', ...forgetful])
      for (const row of of(framework.noOp)) parts.push([row.contender.title, row.byCpu.median.toFixed(3)])
      return `${framework.bare.title.padEnd(width)}  ${parts.map((part) => part.join(' ')).join('; ')}`
    }),
  ]
}

function isUsed({ route }: Row): boolean {
  return route.session !== 'untouched'
}

function ofHand({ route, byCpuOfHand }: Row): string {
  return `${route.path} ${byCpuOfHand.median.toFixed(3)}`
}

function verdict(row: Row): string {
  const [{ median }, goal] = isUsed(row) ? [row.byCpuOfHand, USED_GOAL] : [row.byCpu, UNTOUCHED_GOAL]
  return `${row.route.path} ${median.toFixed(3)} ${median >= goal ? 'met' : 'MISSED'}`
}
