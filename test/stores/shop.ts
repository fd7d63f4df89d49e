import { join } from 'node:path'
import { parseSetCookie } from 'cookie'
import { Forked } from '../support/forked.ts'
import { SECRET } from '../support/visitor.ts'

/** Which client of which database. */
export type ShopKind = 'ioredis' | 'node-redis' | 'pg'

/** A server in a process of its own; see `shop-process.ts`. */
export async function openShop(kind: ShopKind, url: string): Promise<string> {
  const file = join(import.meta.dirname, 'shop-process.ts')
  const { first: port } = await Forked.start(file, [kind, url], { SESSION_SECRET: SECRET })
  return `http://127.0.0.1:${String(port)}`
}

/** Longer than any answer may take, whatever the machine does meanwhile. */
const PATIENCE = 120_000

export interface Answer {
  readonly status: number
  readonly retryAfter: string | null
  readonly setCookie: readonly string[]
  readonly body: { readonly n?: number; readonly views?: number; readonly isNew?: boolean; readonly error?: string }
}

/** A visitor with a session cookie, who sends one request after the other. */
export class Shopper {
  readonly #shop: string
  #cookie = ''
  /** The last number that was answered with 200. */
  acknowledged = 0
  sent = 0

  constructor(shop: string) {
    this.#shop = shop
  }

  async ask(path: string, method = 'POST'): Promise<Answer> {
    const headers = this.#cookie === '' ? {} : { cookie: `session=${this.#cookie}` }
    const response = await fetch(this.#shop + path, { method, headers, signal: AbortSignal.timeout(PATIENCE) })
    const setCookie = response.headers.getSetCookie()
    for (const line of setCookie) this.#cookie = parseSetCookie(line, { decode: (text) => text }).value ?? ''
    const body = (await response.json()) as Answer['body'] // as: the shop sends nothing else
    return { status: response.status, retryAfter: response.headers.get('retry-after'), setCookie, body }
  }

  /** Writes the next number. */
  async write(): Promise<number> {
    const n = ++this.sent
    const { status } = await this.ask(`/n/${n}`)
    if (status === 200) this.acknowledged = n
    return status
  }

  /** Writes until that happens. */
  async writeUntil(isEnough: (status: number) => boolean): Promise<void> {
    // oxlint-disable-next-line no-await-in-loop -- what the last answer was decides whether there is a next request
    while (!isEnough(await this.write()));
  }
}
