import { SettingsError } from '../settings.ts'
import { reasonOf } from '../words/reason.ts'

/** What was tried, why it failed and what to do, in one line. */
export function cannotUse(what: string, cause: unknown, advice: string): SettingsError {
  return new SettingsError(`Cannot use ${what}: ${reasonOf(cause)}. ${advice}`, { cause })
}
