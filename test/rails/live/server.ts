import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json as readJson } from 'node:stream/consumers'
import { session } from '../../../src/adapters/node.ts'
import { createSessions, type FlashEntries, type Session } from '../../../src/index.ts'
import { maskedAuthenticityToken, validAuthenticityToken } from '../../../src/rails/csrf.ts'
import { railsFormat, type RailsOptions, type RailsVersion } from '../../../src/rails/index.ts'
import { RUBY_KEYS } from './values.ts'

/** The routes of app/config.ru, in TypeScript. It ends when its standard input does. */

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }
type Data = Record<string, Json>

/** What the requests bring; each route takes some of it. */
interface Body {
  readonly key: string
  readonly value: Json
  readonly user_id: number
  readonly notice: string
  readonly steps: readonly (readonly [verb: string, name: string | null, value?: Json])[]
}

const env = (name: string): string => process.env[name] ?? ''
const defaults = env('LOAD_DEFAULTS') as RailsVersion // as: railsFormat checks it
const serializer = env('SERIALIZER')

const sessions = createSessions<Data>({
  name: env('COOKIE_NAME'),
  format: railsFormat({
    defaults,
    version: env('RAILS_VERSION') as RailsVersion, // as: railsFormat checks it
    serializer: serializer === 'json' || serializer === 'message_pack' ? serializer : 'hybrid',
    ...keysOf('SECRET_KEY_BASE', 'KEY_DIGEST'),
    rotations: env('OTHER_SECRET_KEY_BASE') === '' ? [] : [keysOf('OTHER_SECRET_KEY_BASE', 'OTHER_KEY_DIGEST')],
  }),
  guard: 'json',
})

function keysOf(secretName: string, digestName: string): Pick<RailsOptions, 'secretKeyBase' | 'digest'> {
  const digest = env(digestName)
  return { secretKeyBase: env(secretName), digest: digest === 'SHA1' || digest === 'SHA256' ? digest : undefined }
}

const OWN = new Set([...RUBY_KEYS, '_csrf_token'])

const routes: Readonly<Record<string, (request: IncomingMessage, url: URL) => object | Promise<object>>> = {
  'GET /untouched': () => ({ ok: true }),
  'GET /peek': (request) => ({ id: idOf(request), data: dataOf(request) }),
  'GET /state': (request) => {
    const { flash } = sessions.of(request)
    return { id: idOf(request), data: dataOf(request), flash: pairs(flash) }
  },
  'POST /login': async (request) => {
    const { user_id, notice } = await bodyOf(request)
    const current = writable(request)
    sessions.of(request).reset()
    current['user_id'] = user_id
    sessions.of(request).flash['notice'] = notice
    return { ok: true }
  },
  'POST /write': async (request) => {
    const { key, value } = await bodyOf(request)
    writable(request)[key] = value
    return { ok: true }
  },
  'POST /append': async (request) => {
    const { key, value } = await bodyOf(request)
    const current = writable(request)
    const list = current[key]
    if (Array.isArray(list)) list.push(value)
    else current[key] = [value]
    return { ok: true }
  },
  'POST /delete': async (request) => {
    const { key } = await bodyOf(request)
    delete writable(request)[key]
    return { ok: true }
  },
  'POST /flash': async (request) => {
    const { steps } = await bodyOf(request)
    const { flash } = sessions.of(request)
    for (const [verb, name, value = null] of steps) {
      if (verb === 'set') flash[name ?? ''] = value
      else if (verb === 'now') flash.now[name ?? ''] = value
      else if (verb === 'keep') flash.keep(name ?? undefined)
      else if (verb === 'discard') flash.discard(name ?? undefined)
      else throw new Error(verb)
    }
    return { flash: pairs(flash) }
  },
  'POST /renew': (request) => {
    sessions.of(request).renew()
    return { ok: true }
  },
  'POST /reset': (request) => {
    sessions.of(request).reset()
    return { ok: true }
  },
  'GET /csrf': (request, { searchParams }) => {
    const current = sessions.of(request)
    const form = { path: searchParams.get('path') ?? '', method: searchParams.get('method') ?? '' }
    const global = maskedAuthenticityToken(current, undefined, { defaults })
    return { global, form: maskedAuthenticityToken(current, form, { defaults }) }
  },
}

const server = createServer(
  session(sessions, (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '', 'http://127.0.0.1')
    const route = url.pathname.startsWith('/csrf-check') ? checkCsrf : routes[`${request.method} ${url.pathname}`]
    void respond(response, async () => route?.(request, url))
  }),
)

async function respond(response: ServerResponse, route: () => Promise<object | undefined>): Promise<void> {
  try {
    const answer = await route()
    response.statusCode = answer === undefined ? 404 : 200
    response.end(JSON.stringify(answer ?? {}))
  } catch (error) {
    response.statusCode = 500
    response.end(error instanceof Error ? error.stack : String(error))
  }
}

function checkCsrf(request: IncomingMessage, { pathname: path }: URL): object {
  const { method = '' } = request
  return { valid: validAuthenticityToken(sessions.of(request), request.headers['x-csrf-token'], { path, method }) }
}

function idOf(request: IncomingMessage): string | null {
  const { isNew, id } = sessions.of(request)
  return isNew ? null : id
}

function dataOf(request: IncomingMessage): [string, string][] {
  return pairs(sessions.of(request)).filter(([key]) => !OWN.has(key))
}

/** As `exact_pairs` in app/config.ru, with what JavaScript has of the values. */
function pairs(entries: Session<Data> | FlashEntries): [string, string][] {
  return Object.keys(entries).map((key) => [key, JSON.stringify((entries as Data)[key])]) // as: these are its keys
}

/** The session as what it is while the keys come from outside. */
function writable(request: IncomingMessage): Record<string, unknown> {
  return sessions.of(request)
}

async function bodyOf(request: IncomingMessage): Promise<Body> {
  return (await readJson(request)) as Body // as: the walk sends what the route takes
}

process.stdin.resume().once('end', () => process.exit(0))
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo // as: it listens on TCP
  console.log(`http://127.0.0.1:${port}`)
})
