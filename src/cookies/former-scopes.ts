import { SessionError } from '../errors.ts'
import { checkAttributes, type CheckedAttributes, type CookieAttributes } from './attributes.ts'

/** By which browsers keep cookies of one name apart (RFC 6265bis §5.7). What is left out is as in a cookie that says nothing of it. */
export type FormerScope = Pick<CookieAttributes, 'domain' | 'path' | 'partitioned'>

const KEYS: ReadonlySet<string> = new Set(['domain', 'path', 'partitioned'])

/**
 * The attributes to end cookies with that were set before the session's own cookie moved.
 *
 * @throws `ERR_OPTIONS`
 */
export function checkFormerly(formerly: readonly FormerScope[], own: CheckedAttributes): readonly CheckedAttributes[] {
  if (!Array.isArray(formerly))
    throw wrong('is not a list, expected how the cookie was set before, as [{ path: "/app" }]')
  return formerly.map((scope: FormerScope, at) => {
    const where = `[${at}]`
    if (typeof scope !== 'object' || scope === null) throw wrong(`${where} is not an object, expected { domain, path }`)
    const unknown = Object.keys(scope).find((key) => !KEYS.has(key))
    if (unknown !== undefined) throw wrong(`${where} has ${unknown}, expected domain, path or partitioned`)
    const { domain, path, partitioned } = scope
    const former = checkAttributes(own.name, { ...own, domain, path, partitioned })
    if (isSameScope(former, own)) throw wrong(`${where} is how the cookie is set now: it would end every session`)
    return former
  })
}

/** Whether a browser would keep one of the two in place of the other. */
export function isSameScope(a: CheckedAttributes, b: CheckedAttributes): boolean {
  return a.name === b.name && a.path === b.path && a.domain === b.domain && a.partitioned === b.partitioned
}

function wrong(what: string): SessionError {
  return new SessionError('ERR_OPTIONS', `cookie.formerly${what.startsWith('[') ? '' : ' '}${what}.`)
}
