import { printableJson } from './printable.ts'
import type { Shell } from './shell.ts'
import type { Progress, SweepReport, Total } from './sweep.ts'

/** A bar where somebody watches, elsewhere a line for each batch. @param table what is swept */
export function reportFor(
  table: string,
  json: boolean,
  { write, columns }: Pick<Shell, 'write' | 'columns'>,
): SweepReport {
  if (json) return jsonReport(table, write)
  return columns() === undefined ? lineReport(table, write) : barReport(table, write, () => columns() ?? 80)
}

type Write = Shell['write']

function jsonReport(table: string, write: Write): SweepReport {
  const line = (value: object): void => write(`${printableJson(value)}\n`)
  return {
    begin() {},
    batch: ({ batches, count, deleted, elapsed }) => line({ table, batch: batches, count, deleted, elapsed }),
    end: ({ batches, deleted, elapsed, stoppedBy = null }) =>
      line({ table, total: true, batches, deleted, elapsed, stoppedBy }),
  }
}

function lineReport(table: string, write: Write): SweepReport {
  return {
    begin() {},
    batch: ({ batches, count, deleted }) => write(`${table}: batch ${batches}: ${count} deleted, ${deleted} in all\n`),
    end: (total) => write(`${table}: ${summary(total)}\n`),
  }
}

const BAR = 20
/** One place to the side every tenth of a second. */
const STEP_MILLISECONDS = 100

/**
 * Under the name of the table, one line that is drawn again with each batch. How much there is to delete nobody knows without counting it, which costs as
 * much as deleting it; so the bar says that something moves, and the numbers what is done.
 */
function barReport(table: string, write: Write, columns: () => number): SweepReport {
  const draw = (line: string): void => write(`\r${line}\u001b[K`)
  // A line that wraps would leave its beginning behind when it is drawn again.
  const drawMoving = (elapsed: number, text: string): void =>
    draw(`[${movingBar(elapsed)}] ${text}`.slice(0, columns() - 1))
  return {
    begin() {
      write(`${table}\n`)
      drawMoving(0, '')
    },
    batch: (progress) => drawMoving(progress.elapsed, `${recordsText(progress)}, ${rateText(progress)}`),
    end(total) {
      draw(`[${(total.stoppedBy === undefined ? '=' : ' ').repeat(BAR)}] ${summary(total)}`)
      write('\n')
    },
  }
}

/** `<=>` goes from one end to the other and back. */
function movingBar(elapsed: number): string {
  const places = BAR - 3
  const at = Math.floor(elapsed / STEP_MILLISECONDS) % (2 * places)
  const left = at <= places ? at : 2 * places - at
  return `${' '.repeat(left)}<=>${' '.repeat(places - left)}`
}

function rateText({ deleted, elapsed }: Progress): string {
  return `${elapsed === 0 ? deleted : Math.round((deleted * 1000) / elapsed)} a second`
}

function summary(total: Total): string {
  const { batches, elapsed, stoppedBy } = total
  const done = `${recordsText(total)} in ${batches} ${batches === 1 ? 'batch' : 'batches'}, ${(elapsed / 1000).toFixed(1)} s`
  return stoppedBy === undefined
    ? `${done}.`
    : `${done}; stopped by ${stoppedBy === 'error' ? 'an error' : stoppedBy}, the next run goes on.`
}

function recordsText({ deleted }: Progress): string {
  return deleted === 1 ? '1 record deleted' : `${deleted} records deleted`
}
