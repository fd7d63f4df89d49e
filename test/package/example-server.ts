import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { tampered as tamperedValue } from '../support/tampered.ts'
import { ROOT } from './import-graph.ts'

/** The examples of one file: the same small application, one for each framework. */
export const EXAMPLES: readonly string[] = readdirSync(join(ROOT, 'examples')).filter((name) => name.endsWith('.ts'))

/** A running example, as a browser reaches it. */
export interface ExampleServer {
  readonly origin: string
  readonly port: number
  /** The port that it asked for. */
  readonly askedFor: number
  /** What it prints first. */
  readonly firstLine: Promise<string>
  stop(): Promise<void>
}

/** The one secret that all examples of a test run with, as the processes of one application do. */
const SECRET = randomBytes(32).toString('base64url')

/**
 * Loaded before the example, which runs as the reader would paste it: whatever port it asks for, it gets a free one on
 * the loopback interface, and tells which.
 */
const PRELOAD = `
import { Server } from 'node:net'
const { listen } = Server.prototype
Server.prototype.listen = function (port, ...rest) {
  const askedFor = Number(typeof port === 'object' ? port.port : port)
  this.once('listening', () => process.send({ askedFor, port: this.address().port }))
  return listen.call(this, 0, '127.0.0.1', ...rest.filter((argument) => typeof argument === 'function'))
}
`

/** Starts the example in `file` with the given `node`, and waits until it listens. */
export async function startExample(
  node: string,
  file: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<ExampleServer> {
  const child = fork(file, [], {
    execPath: node,
    execArgv: ['--import', `data:text/javascript,${encodeURIComponent(PRELOAD)}`],
    env: { ...process.env, SESSION_SECRET: SECRET, NODE_ENV: 'development', ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let complaint = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint += text
  })
  const printed = Promise.withResolvers<string>()
  createInterface(child.stdout ?? Readable.from([])).once('line', printed.resolve)
  const ended = once(child, 'close').then(() => undefined)
  const listening = once(child, 'message').then(([listens]) => listens as { port: number; askedFor: number }) // as: PRELOAD sends nothing else
  const listens = await Promise.race([listening, ended])
  if (listens === undefined) throw new Error(`The example ended before it listened:\n${complaint}`)
  return {
    ...listens,
    origin: `http://127.0.0.1:${listens.port}`,
    firstLine: printed.promise,
    stop: () => stop(child, ended),
  }
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill()
  await ended
}

/** One browser: it keeps what it is given, over http too, because a loopback address counts as secure there. */
export class Visitor {
  readonly cookies: Map<string, string>

  constructor(cookies: ReadonlyMap<string, string> = new Map()) {
    this.cookies = new Map(cookies)
  }

  /** What the server answers, as one text that can be compared. */
  async ask(origin: string, { method, path }: Route): Promise<string> {
    const response = await fetch(new URL(path, origin), {
      method,
      redirect: 'manual',
      headers: {
        cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(method === 'POST' && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(method === 'POST' && { body: 'email=ada%40example.com&password=correct-horse' }),
    })
    for (const line of response.headers.getSetCookie()) this.#keep(line)
    return [response.status, response.headers.get('location') ?? '', await response.text()].join(' ')
  }

  #keep(line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    if (/;\s*max-age=0\b/i.test(line)) this.cookies.delete(name)
    else this.cookies.set(name, value)
  }
}

export interface Route {
  readonly method: 'GET' | 'POST'
  readonly path: string
}

/** The routes of an Express application, in the order that its code names them; parameters become 7. */
export function routesOf(code: string): Route[] {
  return [...code.matchAll(/\bapp\.(get|post)\(\s*'([^']+)'/g)].map(([, verb, path = '']) => {
    return { method: verb === 'get' ? 'GET' : 'POST', path: path.replaceAll(/:\w+/g, '7') }
  })
}

/** A visitor whom the server knows, the page that shows it, and what that page says to them. */
export interface Known {
  readonly cookies: ReadonlyMap<string, string>
  readonly page: Route
  readonly answer: string
}

/**
 * Walks through all routes twice and stops where some page answers the visitor otherwise than a stranger: there, the
 * session holds something.
 */
export async function becomeKnown(origin: string, routes: readonly Route[]): Promise<Known> {
  const visitor = new Visitor()
  const pages = routes.filter(({ method }) => method === 'GET')
  // oxlint-disable no-await-in-loop -- one visitor asks one thing after another
  for (const route of [...routes, ...routes]) {
    await visitor.ask(origin, route)
    for (const page of pages) {
      const cookies = new Map(visitor.cookies)
      const answer = await new Visitor(cookies).ask(origin, page)
      if (answer !== (await new Visitor().ask(origin, page))) return { cookies, page, answer }
    }
  }
  // oxlint-enable no-await-in-loop
  throw new Error('No page of the example ever answers a visitor otherwise than a stranger: its session holds nothing.')
}

/** The cookies with one character of each value changed. */
export function tampered(cookies: ReadonlyMap<string, string>): Map<string, string> {
  return new Map(
    [...cookies].map(([name, value]) => {
      return [name, tamperedValue(value)]
    }),
  )
}
