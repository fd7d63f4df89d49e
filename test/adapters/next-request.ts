import { RequestCookies, ResponseCookies } from '@edge-runtime/cookies'
import type { NextFunctions } from '../../src/adapters/next.ts'

type Cookies = Awaited<ReturnType<NextFunctions['cookies']>>

/**
 * One request as Next 16 hands it to an application: with the cookies that Next has compiled in, writable in an action and a
 * route handler, and then, with what was set, for reading.
 */
export class NextRequest {
  readonly headers: Headers
  #mutable: ResponseCookies | undefined
  readonly #set = new Set<string>()
  #jar: Cookies
  /** How often the page was asked to be rendered again. */
  refreshed = 0

  constructor(cookie = '', headers: Record<string, string> = {}) {
    this.headers = new Headers({ ...(cookie !== '' && { cookie }), ...headers })
    this.#jar = this.#readable(new RequestCookies(this.headers))
  }

  /** What `next/headers` and `next/cache` export, in this request. */
  get functions(): NextFunctions {
    return {
      cookies: async () => this.#jar,
      headers: async () => this.headers,
      refresh: () => void (this.refreshed += 1),
    }
  }

  /** An action or a route handler begins. */
  act(): this {
    const mutable = new ResponseCookies(new Headers())
    for (const cookie of new RequestCookies(this.headers).getAll()) mutable.set(cookie)
    this.#mutable = mutable
    this.#jar = {
      getAll: () => mutable.getAll(),
      set: (cookie) => {
        this.#set.add(cookie.name)
        return mutable.set(cookie)
      },
      delete: (name) => this.#jar.set({ name, value: '', expires: new Date(0) }),
    }
    return this
  }

  /** The page is rendered, after an action or without one. */
  render(): this {
    const requested = new RequestCookies(new Headers())
    for (const cookie of this.#mutable?.getAll() ?? []) requested.set(cookie)
    this.#jar = this.#readable(requested)
    return this
  }

  /** The Set-Cookie lines of the response. */
  get lines(): string[] {
    const headers = new Headers()
    const sent = new ResponseCookies(headers)
    for (const name of this.#set) {
      const cookie = this.#mutable?.get(name)
      if (cookie !== undefined) sent.set(cookie)
    }
    return headers.getSetCookie()
  }

  #readable(cookies: RequestCookies): Cookies {
    const refuse = (): never => {
      throw new Error('Cookies can only be modified in a Server Action or Route Handler.')
    }
    return { getAll: () => cookies.getAll(), set: refuse, delete: refuse }
  }
}

/** An error as `redirect()`, `notFound()` and their like throw it. */
export function thrownByNext(digest: string): Error {
  return Object.assign(new Error(digest.split(';')[0]), { digest })
}
