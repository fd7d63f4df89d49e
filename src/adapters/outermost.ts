import type { Exchange } from '../exchange.ts'

const TAKEN: unique symbol = Symbol('taken')

/**
 * Whether whoever asks is the first to, and so has the exchange to commit. An application that is mounted in another one may
 * bring the same sessions again: the outermost commits, because what it answers is what leaves.
 */
export function isOutermost(exchange: Pick<Exchange<object>, 'commit'> & { [TAKEN]?: true }): boolean {
  if (exchange[TAKEN] === true) return false
  exchange[TAKEN] = true
  return true
}
