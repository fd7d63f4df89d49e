import { parseArgs } from 'node:util'
import type { CookieKind } from './sessions.ts'

/** What whoever typed the command can put right; shown as one line, and the exit code is 2. */
export class UsageError extends Error {}

/** What follows `npm start --`. @throws UsageError */
export function readArguments(args: readonly string[]): { readonly kind: CookieKind } {
  try {
    const { values } = parseArgs({ args: [...args], options: { rails: { type: 'boolean' } } })
    return { kind: values.rails === true ? 'rails' : 'compact' }
  } catch (error) {
    // Node's own messages go on with advice after the first sentence.
    const [what] = String(error instanceof Error ? error.message : error).split('. ')
    throw new UsageError(`${what?.replace(/\.$/, '')}. Usage: npm start [-- --rails]`)
  }
}
