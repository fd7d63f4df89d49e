import type { Exchange } from '../exchange.ts'

const TAKEN: unique symbol = Symbol('taken')

type Takeable = Pick<Exchange<object>, 'commit'> & { [TAKEN]?: boolean }

/**
 * Whether whoever asks is the first to, and so has the exchange to commit. An application that is mounted in another one may
 * bring the same sessions again: the outermost commits, because what it answers is what leaves.
 */
export function isOutermost(exchange: Takeable): boolean {
  if (exchange[TAKEN] === true) return false
  exchange[TAKEN] = true
  return true
}

/** Leaves an exchange uncommitted to whoever asks next: a framework may bring the request again, for the page of an error. */
export function leaveToNext(exchange: Takeable): void {
  exchange[TAKEN] = false
}
