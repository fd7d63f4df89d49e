import { text } from 'node:stream/consumers'
import type { Answer, HttpClient, Question } from './http-client.ts'
import { keepCookie } from './keep-cookie.ts'

/** An answer that has come as a whole. */
export interface Page {
  readonly status: number
  readonly headers: Headers
  /** Its Set-Cookie lines, in their order. */
  readonly setCookie: readonly string[]
  readonly body: string
}

/** Asks a server and keeps its cookies, as a browser does with one site. */
export class Browser {
  readonly cookies: Map<string, string>
  readonly #client: HttpClient

  constructor(client: HttpClient, cookies: ReadonlyMap<string, string> = new Map()) {
    this.#client = client
    this.cookies = new Map(cookies)
  }

  /** The cookies in the hands of somebody else. */
  copy(): Browser {
    return new Browser(this.#client, this.cookies)
  }

  get cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  /** A whole answer. Redirects are not followed. */
  async ask(path: string, question?: Question): Promise<Page> {
    const answer = await this.begin(path, question)
    return { ...answer, body: await text(answer.body) }
  }

  /** What a page of JSON says. */
  async json(path: string): Promise<Record<string, unknown>> {
    const { body } = await this.ask(path)
    return JSON.parse(body) as Record<string, unknown> // as: the pages that are asked for hold objects
  }

  post(path: string, question?: Question): Promise<Page> {
    return this.ask(path, { ...question, method: 'POST' })
  }

  /** An answer that begins to come. */
  async begin(path: string, question: Question = {}): Promise<Answer & { readonly setCookie: readonly string[] }> {
    const cookie = this.cookieHeader
    const headers = { ...(cookie !== '' && { cookie }), ...question.headers }
    const answer = await this.#client.ask(path, { ...question, headers })
    const setCookie = answer.headers.getSetCookie()
    for (const line of setCookie) keepCookie(this.cookies, line)
    return { ...answer, setCookie }
  }
}
