import { request, type Reply } from './request.ts'

/** RFC 6265bis: a cookie whose name and value together take more is not kept. */
export const BROWSER_COOKIE_BYTES = 4096

/** A browser's cookie jar for one application, as far as it matters here: Secure, paths and the like are ignored. */
export class Browser {
  readonly #origin: string
  readonly #cookies: Map<string, string>

  /** @param cookies what is in the jar already */
  constructor(origin: string, cookies: Iterable<readonly [name: string, value: string]> = []) {
    this.#origin = origin
    this.#cookies = new Map(cookies)
  }

  get cookies(): ReadonlyMap<string, string> {
    return this.#cookies
  }

  get cookieHeader(): string {
    return cookieHeader(this.#cookies)
  }

  /** Requests `path` with the jar's cookies and keeps those that come back. */
  async visit(path: string, onHeaders?: () => void): Promise<Reply> {
    const reply = await this.send(path, this.cookieHeader, onHeaders)
    for (const { name, value, bytes, expires } of reply.cookies) {
      if (bytes > BROWSER_COOKIE_BYTES) continue
      if (expires) this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    return reply
  }

  /** Requests `path` with another Cookie header, and leaves the jar alone. */
  send(path: string, header: string, onHeaders?: () => void): Promise<Reply> {
    return request(`${this.#origin}${path}`, header, onHeaders)
  }
}

export function cookieHeader(cookies: Iterable<readonly [name: string, value: string]>): string {
  return Array.from(cookies, ([name, value]) => `${name}=${value}`).join('; ')
}
