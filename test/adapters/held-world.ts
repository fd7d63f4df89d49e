import { once } from 'node:events'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import { Readable } from 'node:stream'
import { afterEach } from 'vitest'
import { session } from '../../src/adapters/node.ts'
import { rawAnswer } from '../support/raw-answer.ts'
import { SlowStore, type Question } from '../support/slow-store.ts'

const running: Server[] = []

afterEach(() => {
  for (const server of running.splice(0)) server.close()
})

/** Serves on a free port until the test is over. */
export async function listen(server: Server): Promise<number> {
  running.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port // as: a TCP server has such an address
}

/** Lets everything run that is due already. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
}

export type Send = (response: ServerResponse, request: IncomingMessage) => unknown

interface Held {
  /** All that the client gets. */
  readonly answer: Promise<string>
  /** What the store was asked and has yet to answer. */
  readonly commit: Question
  readonly response: ServerResponse
  readonly store: SlowStore
}

/** Asks a server whose handler writes its session and sends, until everything waits for the store. */
export async function askHeld(send: Send, requestLine?: string, store: SlowStore = new SlowStore()): Promise<Held> {
  let response: ServerResponse | undefined
  const port = await listen(
    http.createServer(
      session(store.sessions, (request: IncomingMessage, itself: ServerResponse) => {
        response = itself
        store.sessions.of(request).visits = 8
        return send(itself, request)
      }),
    ),
  )
  const answer = rawAnswer(port, requestLine)
  const commit = await store.asked('commit')
  await settled()
  if (response === undefined) throw new Error('a commit without a response')
  return { answer, commit, response, store }
}

export interface Parsed {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** An answer as it came, with the names of its headers in small letters. */
export function parse(answer: string): Parsed {
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  const [status = '', ...lines] = head.split('\r\n')
  const headers = Object.fromEntries(lines.map((line) => [line.split(': ')[0]?.toLowerCase(), line.split(': ')[1]]))
  return { status: Number(status.split(' ')[1]), headers, body }
}

/** What an application may send, by what name, and for which request line. */
export const SENT: [string, Send, string?][] = [
  ['end with a body', (response) => response.end('ok')],
  ['end with bytes', (response) => response.end(Buffer.from([0, 255, 128]))],
  ['end in another encoding', (response) => response.end('6f6b', 'hex')],
  ['end without a body', (response) => response.end()],
  [
    'end with a status',
    (response) => Object.assign(response, { statusCode: 404, statusMessage: 'Gone Fishing' }).end('no'),
  ],
  ['end after setHeader', (response) => response.setHeader('X-App', ['1', '2']).end('ok')],
  ['end with a Content-Length', (response) => response.setHeader('Content-Length', 2).end('ok')],
  ['write and end', (response) => (response.write('o'), response.write('k'), response.end())],
  ['write and end with more', (response) => (response.write('o'), response.end('k'))],
  [
    'writes in later ticks',
    (response) => (response.write('o'), setImmediate(() => (response.write('k'), response.end()))),
  ],
  ['an empty write', (response) => (response.write(''), response.end('ok'))],
  ['writeHead', (response) => response.writeHead(201).end('ok')],
  ['writeHead with headers', (response) => response.writeHead(201, { 'X-App': '1', 'X-Other': ['2', '3'] }).end('ok')],
  ['writeHead with a reason', (response) => response.writeHead(201, 'Fine', { 'X-App': '1' }).end('ok')],
  ['writeHead with a reason alone', (response) => response.writeHead(201, 'Fine').end('ok')],
  ['writeHead with a flat list', (response) => response.writeHead(200, ['X-App', '1', 'X-App', '2']).end('ok')],
  [
    'writeHead over setHeader',
    (response) => response.setHeader('X-App', '1').setHeader('X-Other', '1').writeHead(200, { 'X-App': '2' }).end('ok'),
  ],
  ['writeHead and a later end', (response) => (response.writeHead(200), setImmediate(() => response.end('ok')))],
  ['flushHeaders', (response) => (response.flushHeaders(), response.end('ok'))],
  ['flushHeaders and a later write', (response) => (response.flushHeaders(), setImmediate(() => response.end('ok')))],
  ['a pipe', (response) => Readable.from(['o', 'k']).pipe(response)],
  ['a redirect', (response) => response.writeHead(303, { Location: '/dashboard' }).end()],
  ['a HEAD', (response) => response.setHeader('Content-Length', 2).end('ok'), 'HEAD / HTTP/1.1'],
  ['a 204', (response) => response.writeHead(204).end()],
  ['a 304', (response) => response.writeHead(304, { ETag: '"x"' }).end()],
  ['HTTP/1.0', (response) => (response.write('o'), response.end('k')), 'GET / HTTP/1.0'],
  [
    'trailers',
    (response) => {
      response.setHeader('Trailer', 'X-Sum')
      response.write('ok')
      response.addTrailers({ 'X-Sum': '2' })
      response.end()
    },
  ],
  [
    'corked writes',
    (response) => (response.cork(), response.write('o'), response.write('k'), response.uncork(), response.end()),
  ],
  ['a second end', (response) => (response.end('ok'), response.end())],
  ['a status that is set too late', (response) => (response.end('ok'), (response.statusCode = 500))],
]
