import { parseArgs } from 'node:util'
import type { CookieKind } from './sessions.ts'
import { isStoreName, STORE_NAMES, type StoreName } from './stores/store-name.ts'

/** What whoever typed the command can put right; shown as one line, and the exit code is 2. */
export class UsageError extends Error {}

export interface Arguments {
  readonly kind: CookieKind
  /** `undefined` where sessions live in the cookie. */
  readonly store: StoreName | undefined
}

const USAGE = `Usage: npm start [-- --rails | --store ${STORE_NAMES.join('|')}]`

/** What follows `npm start --`. @throws UsageError */
export function readArguments(args: readonly string[]): Arguments {
  const { rails = false, store } = parse(args)
  if (store !== undefined && !isStoreName(store)) {
    throw new UsageError(`There is no store ${JSON.stringify(store)}. ${USAGE}`)
  }
  if (rails && store !== undefined) {
    throw new UsageError(`A Rails cookie holds its session, so --rails and --store exclude each other. ${USAGE}`)
  }
  return { kind: rails ? 'rails' : 'compact', store }
}

function parse(args: readonly string[]): { readonly rails?: boolean; readonly store?: string } {
  try {
    return parseArgs({ args: [...args], options: { rails: { type: 'boolean' }, store: { type: 'string' } } }).values
  } catch (error) {
    // Node's own messages go on with advice after the first sentence.
    const [what] = String(error instanceof Error ? error.message : error).split(/\.\s/)
    throw new UsageError(`${what?.replace(/\.$/, '')}. ${USAGE}`)
  }
}
