import type { RequestFacts } from '../exchange.ts'

/** Asks the request when somebody wants to know. */
export class WebFacts implements RequestFacts {
  readonly #request: Request

  constructor(request: Request) {
    this.#request = request
  }

  get cookieHeader(): string | null {
    return this.#request.headers.get('cookie')
  }

  isSecure(): boolean {
    return this.#request.url.startsWith('https:')
  }
}
