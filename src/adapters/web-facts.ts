import type { RequestFacts } from '../exchange.ts'

/** Asks the request when somebody wants to know. */
export class WebFacts implements RequestFacts {
  readonly #request: Request
  /** Whether the connection is that of a WebSocket by now: Deno takes the request apart then, and throws where it is asked. */
  isUpgraded = false

  constructor(request: Request) {
    this.#request = request
  }

  get cookieHeader(): string | null {
    return this.#request.headers.get('cookie')
  }

  header(name: string): string | null {
    if (this.isUpgraded) return null
    return this.#request.headers.get(name) ?? (name === 'host' ? new URL(this.#request.url).host : null)
  }

  isSecure(): boolean {
    return !this.isUpgraded && this.#request.url.startsWith('https:')
  }
}
