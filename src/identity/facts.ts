import { SessionError } from '../errors.ts'
import type { SignInFacts } from './verifier.ts'

const TEXTS = ['ip', 'userAgent', 'label', 'method'] as const

/**
 * Looks at what an application says of a sign-in. What it does not know may be `undefined` or `null`, as `headers.get()` gives
 * it.
 *
 * @throws `ERR_OPTIONS` for anything else than text
 */
export function checkFacts(verb: string, facts: SignInFacts & { readonly persistent?: boolean | undefined }): void {
  if (typeof facts !== 'object' || facts === null) throw wrong(`the options of ${verb}()`, facts, 'an object')
  for (const name of TEXTS) {
    const value: unknown = facts[name]
    if (value !== undefined && value !== null && typeof value !== 'string') throw wrong(name, value, 'text')
  }
  const { epoch, persistent }: { readonly epoch?: unknown; readonly persistent?: unknown } = facts
  if (epoch !== undefined && typeof epoch !== 'string')
    throw wrong('epoch', epoch, 'what identity.epochOf(userId) gave')
  if (persistent !== undefined && typeof persistent !== 'boolean')
    throw wrong('persistent', persistent, 'true or false')
}

function wrong(name: string, value: unknown, expected: string): SessionError {
  const type = value === null ? 'null' : Array.isArray(value) ? 'an array' : `of type ${typeof value}`
  return new SessionError('ERR_OPTIONS', `${name}: the value is ${type}, expected ${expected}.`)
}
