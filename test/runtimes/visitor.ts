import { keepCookie } from '../support/keep-cookie.ts'

/** What a visitor got. */
export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly setCookie: readonly string[]
  readonly text: string
}

/** A browser's cookies and nothing else of a browser: sends what it was given, forgets what expired. */
export class Visitor {
  readonly #origin: string
  readonly cookies: Map<string, string>

  constructor(origin: string, cookies: Readonly<Record<string, string>> = {}) {
    this.#origin = origin
    this.cookies = new Map(Object.entries(cookies))
  }

  get header(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  async ask(path: string, { method = 'GET', cookie = this.header } = {}): Promise<Reply> {
    const headers = cookie === '' ? {} : { cookie }
    const response = await fetch(this.#origin + path, { method, headers, redirect: 'manual' })
    const setCookie = response.headers.getSetCookie()
    for (const line of setCookie) keepCookie(this.cookies, line)
    return { status: response.status, headers: response.headers, setCookie, text: await response.text() }
  }

  /** What a route answers. */
  async json(path: string, cookie?: string): Promise<unknown> {
    const { text } = await this.ask(path, cookie === undefined ? {} : { cookie })
    return JSON.parse(text)
  }
}
