import { SessionError } from './errors.ts'

/**
 * Lets one sessions object of a name hand out a session on a request: of two, each would send its own cookie, and the browser
 * keeps one of them. The mark on the request is a registered symbol, so that another copy of this package finds it, too.
 *
 * @returns `assertOnly(request)`, which throws `ERR_OPTIONS` where another one did already
 */
export function onlyOneOf(name: string): (request: object) => void {
  const mark: unique symbol = Symbol.for(`coatcheck session ${name}`)
  const self = {}
  // Assigned, as what Node itself keeps on a request: to define a hidden property costs more than all of an exchange.
  return (request: { [mark]?: object }) => {
    if ((request[mark] ??= self) === self) return
    throw new SessionError(
      'ERR_OPTIONS',
      `There are two sessions of one name on this request, and the browser would keep the cookie of one of them: createSessions ran twice with the name "${name}", in two modules, after a hot reload or in two copies of coatcheck (npm ls coatcheck). Make it once, and import it where it is needed.`,
    )
  }
}
