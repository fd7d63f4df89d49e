import { BrowserCookies } from './browser-cookies.ts'

/** What answers: an address such as `'http://127.0.0.1:3000'`, or a function of `Request` to `Response` as Hono's `app.fetch`. */
export type ClientTarget = string | URL | ((request: Request) => Response | Promise<Response>)

/** What `fetch` takes as the body of a request. */
type Body = NonNullable<RequestInit['body']>

export interface CookieClientOptions {
  /** Milliseconds since 1970, by which cookies expire. Default `Date.now`; give it the clock of the sessions. */
  readonly clock?: (() => number) | undefined
  /** Where a function answers from. Default `'http://localhost'`. Only for a function: an address says it itself. */
  readonly origin?: string | undefined
}

/** A client that keeps the cookies of what it asks, as a browser does. */
export interface CookieClient {
  /** Asks for `path`, with the cookies that belong there, and keeps those of the answer. Follows no redirect. */
  fetch(path: string, init?: RequestInit): Promise<Response>
  get(path: string, init?: RequestInit): Promise<Response>
  /** An object is sent as JSON; `URLSearchParams` and `FormData` as the forms that they are. */
  post(path: string, body?: Body | object, init?: RequestInit): Promise<Response>
  /** Goes where a redirect leads. */
  follow(response: Response): Promise<Response>
  /** Takes a cookie into the client: `name=value`, as `signedInCookie` gives it, or a Set-Cookie line. */
  setCookie(cookie: string): void
  /** The value of a cookie as it would be sent with a request for `path`. Default `/`. */
  cookie(name: string, path?: string): string | undefined
  /** Forgets every cookie. */
  clear(): void
}

/**
 * A client that keeps cookies, for tests that walk through an application.
 *
 * ```ts
 * const client = cookieClient(origin)
 * client.setCookie(await signedInCookie(sessions, { accountId: 7 }))
 * const switched = await client.post('/accounts/8/switch')
 * expect(await (await client.follow(switched)).text()).toContain('Switched')
 * ```
 */
export function cookieClient(target: ClientTarget, options: CookieClientOptions = {}): CookieClient {
  const { clock = Date.now } = options
  const isFunction = typeof target === 'function'
  const origin = new URL(isFunction ? (options.origin ?? 'http://localhost') : target)
  const ask = isFunction ? target : fetch
  const cookies = new BrowserCookies(origin, clock)

  const send = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(path, origin)
    if (url.origin !== origin.origin)
      throw new TypeError(`${url.origin} is not ${origin.origin}, whose cookies these are`)
    const headers = new Headers(init.headers)
    const carried = cookies.at(url.pathname).map(({ name, value }) => `${name}=${value}`)
    const given = headers.get('cookie')
    if (given !== null) carried.push(given)
    if (carried.length > 0) headers.set('cookie', carried.join('; '))
    const response = await ask(new Request(url, { ...init, headers, redirect: 'manual' }))
    for (const line of response.headers.getSetCookie()) cookies.take(line, url.pathname)
    return response
  }

  return {
    fetch: send,
    get: (path, init) => send(path, init),
    post: (path, body, init) => send(path, { ...init, method: 'POST', ...bodyOf(body, init?.headers) }),
    async follow(response) {
      const location = response.headers.get('location')
      if (location === null) throw new TypeError(`${response.status} is no redirect: it has no Location`)
      return await send(new URL(location, response.url === '' ? origin : response.url).href)
    },
    setCookie: (cookie) => cookies.take(cookie.includes(';') ? cookie : `${cookie}; Path=/; Secure`, '/'),
    cookie: (name, path = '/') => cookies.at(path).find((cookie) => cookie.name === name)?.value,
    clear: () => cookies.clear(),
  }
}

function bodyOf(body: Body | object | undefined, given: RequestInit['headers']): RequestInit {
  if (!isJson(body)) return { body: body as Body } // as: what is no JSON is what fetch takes
  const headers = new Headers(given)
  if (!headers.has('content-type')) headers.set('content-type', 'application/json')
  return { body: JSON.stringify(body), headers }
}

function isJson(body: Body | object | undefined): boolean {
  return Array.isArray(body) || (typeof body === 'object' && Object.getPrototypeOf(body) === Object.prototype)
}
