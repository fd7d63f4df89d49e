import { once } from 'node:events'
import { Agent, request as send, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Random } from './random.ts'
import type { Way } from './settings.ts'

/** One of the two ends of a walk. */
export interface Side {
  readonly kind: 'ruby' | 'typescript'
  readonly url: string
  /** How it writes cookies. */
  readonly writes: Way
}

/** Names and values; a value is the text that Ruby or JavaScript writes it as. */
export type Pairs = readonly (readonly [name: string, text: string])[]

/** What the servers answer; each route gives some of it. */
export interface Answer {
  /** `null` where the request brought no session. */
  readonly id?: string | null
  readonly data?: Pairs
  /** As shown. */
  readonly flash?: Pairs
  /** As stored. Ruby alone tells. */
  readonly stored_flash?: Pairs | null
  readonly stored_discard?: readonly string[] | null
  readonly csrf_token?: string | null
  readonly global?: string
  readonly form?: string
  readonly valid?: boolean
}

export interface Request {
  readonly method: string
  readonly path: string
  readonly body?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}

interface Response {
  readonly status: number
  readonly setCookie: readonly string[]
  readonly content: string
}

/** One connection to each server. `fetch` opens a second one, and Puma waits 0.2 seconds on the first before it looks there. */
const agent = new Agent({ keepAlive: true, maxSockets: 1 })

/** As much of a browser as a session needs: it keeps the cookie that it was given. */
export class Client {
  readonly #name: string
  readonly #random: Random
  /** The value as it stood in Set-Cookie. */
  #value: string | undefined
  readonly log: string[] = []

  constructor(name: string, random: Random) {
    this.#name = name
    this.#random = random
  }

  get cookie(): string | undefined {
    return this.#value
  }

  /** Sends a request with the cookie, keeps the cookie of the response, and tells whether one came. */
  async send(side: Side, request: Request): Promise<{ answer: Answer; setCookie: string | undefined }> {
    const response = await this.#fetch(side, request, this.#cookieHeader(this.#value))
    const lines = response.setCookie.filter((line) => line.startsWith(`${this.#name}=`))
    if (lines.length > 1) throw new Error(`${lines.length} session cookies in one response`)
    const [line] = lines
    if (line !== undefined) this.#keep(line)
    return { answer: response.answer, setCookie: line }
  }

  /** Sends a request with `value` in the cookie's place, and keeps nothing of the response. */
  async sendWith(value: string, side: Side, request: Request): Promise<Answer> {
    const { answer } = await this.#fetch(side, request, `${this.#name}=${value}`)
    return answer
  }

  async #fetch(side: Side, request: Request, cookie: string | undefined) {
    const { method, path, body = '' } = request
    const { status, setCookie, content } = await exchange(side, request, cookie)
    this.log.push(`${side.kind} ${method} ${path} ${body} -> ${status} ${content.slice(0, 2000)}`)
    if (status !== 200) throw new Error(`status ${status}`)
    return { answer: JSON.parse(content) as Answer, setCookie } // as: both servers are ours
  }

  /** Now and then another cookie stands beside it: in front, of another name; behind, of its own, which is not looked at. */
  #cookieHeader(value: string | undefined): string | undefined {
    if (value === undefined) return undefined
    const before = this.#random.chance(0.2) ? 'theme=dark; ' : ''
    const after = this.#random.chance(0.1) ? `; ${this.#name}=rubbish` : ''
    return `${before}${this.#name}=${value}${after}`
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split('; ')
    const named = new Map(attributes.map((attribute) => splitAt(attribute.toLowerCase())))
    if (named.get('path') !== '/' || !named.has('httponly') || named.get('samesite') !== 'lax')
      throw new Error(`unexpected attributes: ${line}`)
    const expires = named.get('expires')
    const isDeleted = named.get('max-age') === '0' || (expires !== undefined && Date.parse(expires) <= Date.now())
    const value = pair.slice(this.#name.length + 1)
    if (!isDeleted && !SEALED.test(decodeURIComponent(value))) throw new Error(`no cookie of Rails: ${line}`)
    this.#value = isDeleted ? undefined : value
  }
}

async function exchange(
  { url }: Side,
  { method, path, body, headers }: Request,
  cookie: string | undefined,
): Promise<Response> {
  // Not JSON by name, or Rails would parse it into `params`.
  const all = { 'content-type': 'text/plain', ...headers, ...(cookie === undefined ? {} : { cookie }) }
  const sending = send(`${url}${path}`, { agent, method, headers: all })
  const answered = once(sending, 'response')
  sending.end(body)
  const [response] = (await answered) as [IncomingMessage] // as: the event's own argument
  const content = await text(response)
  return { status: response.statusCode ?? 0, setCookie: response.headers['set-cookie'] ?? [], content }
}

const SEALED = /^[A-Za-z0-9+/]+={0,2}--[A-Za-z0-9+/]{16}--[A-Za-z0-9+/]{22}==$/

function splitAt(attribute: string): [string, string] {
  const [name = '', value = ''] = attribute.split('=')
  return [name, value]
}
