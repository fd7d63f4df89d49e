import { once } from 'node:events'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { session } from '../../src/adapters/node.ts'
import { rawAnswer, withoutSession } from '../support/raw-answer.ts'
import { SlowStore } from '../support/slow-store.ts'
import { askHeld, listen, parse, SENT, settled, type Send } from './held-world.ts'

describe('what an application sends while the store has not acknowledged', () => {
  test.each(SENT)('%s: it leaves afterwards, byte for byte as Node sends it', async (_, send, line) => {
    const plain = await rawAnswer(
      await listen(http.createServer((request, response) => void send(response, request))),
      line,
    )
    const { answer, commit, response, store } = await askHeld(send, line)
    expect(response.socket?.bytesWritten).toBe(0)
    commit.fulfil()
    const held = await answer
    expect(withoutSession(held)).toBe(withoutSession(plain))
    expect(held).toMatch(/\r\nSet-Cookie: session=/)
    expect(store.count.commit).toBe(1)
  })

  test('early hints leave at once, as they are no answer', async () => {
    const { answer, commit, response } = await askHeld((itself) => {
      itself.writeEarlyHints({ link: '</a.css>; rel=preload' })
      itself.end('ok')
    })
    expect(response.socket?.bytesWritten).toBeGreaterThan(0)
    commit.fulfil()
    expect(await answer).toMatch(/^HTTP\/1\.1 103 [^]*\r\n\r\nHTTP\/1\.1 200 [^]*\r\n\r\nok$/)
  })

  /** Runs `act` on a plain response and on one that is held, and gives what each of them noted. */
  async function noted(act: (response: ServerResponse, note: (what: unknown) => void) => void): Promise<unknown[][]> {
    const plain: unknown[] = []
    const held: unknown[] = []
    const closed = Promise.withResolvers<void>()
    await rawAnswer(
      await listen(
        http.createServer((_, response) => {
          response.on('close', closed.resolve)
          act(response, (what) => plain.push(what))
        }),
      ),
    )
    const { answer, commit, response } = await askHeld((itself) => act(itself, (what) => held.push(what)))
    const heldClosed = new Promise((resolve) => response.on('close', resolve))
    commit.fulfil()
    await Promise.all([answer, heldClosed, closed.promise])
    return [plain, held]
  }

  test('the response looks from the first call on as Node has it look', async () => {
    const [plain, held] = await noted((response, note) => {
      const look = (when: string): void =>
        note([when, response.headersSent, response.writableEnded, response.finished, response.statusCode])
      look('fresh')
      response.writeHead(201)
      look('writeHead')
      response.write('o')
      look('write')
      response.end('k')
      look('end')
      response.on('finish', () => look('finish'))
      response.on('close', () => look('close'))
    })
    expect(held).toEqual(plain)
    expect(held).toHaveLength(6)
  })

  test('callbacks and events come in the order of Node', async () => {
    const [plain, held] = await noted((response, note) => {
      for (const event of ['finish', 'close', 'drain']) response.on(event, () => note(event))
      response.write('a', () => note('first'))
      response.write('b', 'utf8', () => note('second'))
      response.end('c', () => note('end'))
      response.end(() => note('end again'))
    })
    expect(held).toEqual(plain)
    expect(held).toContain('end again')
  })

  test.each<[string, (response: ServerResponse) => unknown]>([
    ['setHeader', (response) => response.setHeader('X-App', '1')],
    ['setHeaders', (response) => response.setHeaders(new Map([['X-App', '1']]))],
    ['appendHeader', (response) => response.appendHeader('X-App', '1')],
    ['removeHeader', (response) => response.removeHeader('X-App')],
    ['writeHead', (response) => response.writeHead(200)],
    ['a write of something that is no text and no bytes', (response) => response.write(7)],
    ['an end with something that is no text and no bytes', (response) => response.end({})],
  ])('%s throws at that line, as Node does', async (_, late) => {
    const [plain, held] = await noted((response, note) => {
      response.write('ok')
      try {
        late(response)
      } catch (error) {
        note((error as NodeJS.ErrnoException).code) // as: Node's errors have one
      }
      response.end()
    })
    expect(held).toEqual(plain)
    expect(held).toEqual([expect.stringMatching(/^ERR_/)])
  })

  test('a write after end is the error that Node makes of it', async () => {
    const [plain, held] = await noted((response, note) => {
      const noteCode = (error?: NodeJS.ErrnoException | null): void => note(error?.code)
      response.on('error', noteCode)
      response.end('ok')
      response.write('late', noteCode)
    })
    expect(held).toEqual(plain)
    expect(held).toEqual(['ERR_STREAM_WRITE_AFTER_END', 'ERR_STREAM_WRITE_AFTER_END'])
  })

  test('a wrong call that was not the last word leaves the session to the answer that follows', async () => {
    const { answer, commit, store } = await askHeld((response) => {
      expect(() => response.writeHead(200, { 'X-App': 'a\nb' })).toThrow(/Invalid character/)
      expect(() => response.end(7)).toThrow(/chunk/)
      expect(response.headersSent).toBe(false)
      response.writeHead(500).end('sorry')
    })
    commit.fulfil()
    expect(await answer).toMatch(/^HTTP\/1\.1 500 [^]*\r\nSet-Cookie: session=[^]*sorry/)
    expect(store.count.commit).toBe(1)
  })

  test('what a middleware below refuses does not leave its status to the answer that follows', async () => {
    const store = new SlowStore({ commits: false })
    const serve = session(store.sessions, (_: IncomingMessage, response: ServerResponse) => {
      expect(() => response.end('ok')).toThrow('refused')
      response.writeHead(500).end('sorry')
    })
    const port = await listen(
      http.createServer((request, response) => {
        const end = response.end.bind(response)
        let isFirst = true
        response.end = (...args: unknown[]) => {
          if (!isFirst) return Reflect.apply(end, response, args)
          isFirst = false
          throw new Error('refused')
        }
        return serve(request, response)
      }),
    )
    expect(parse(await rawAnswer(port)).status).toBe(500)
  })

  test('the session can no longer be written', async () => {
    const store = new SlowStore()
    const { answer, commit } = await askHeld(
      (response, request) => {
        response.write('a')
        expect(() => (store.sessions.of(request).visits = 9)).toThrow(
          expect.objectContaining({ code: 'ERR_SESSION_SENT' }),
        )
        response.end()
      },
      undefined,
      store,
    )
    commit.fulfil()
    await answer
  })
})

describe('back-pressure', () => {
  test('a writer that waits for drain goes on when the store has acknowledged', async () => {
    const said: boolean[] = []
    const { answer, commit, response } = await askHeld(async (itself) => {
      for (const part of ['a', 'b', 'c']) {
        const goesOn = itself.write(part)
        said.push(goesOn)
        if (!goesOn) await once(itself, 'drain')
      }
      itself.end()
    })
    expect(said).toEqual([false])
    expect(response.writableNeedDrain).toBe(true)
    commit.fulfil()
    expect(await answer).toMatch(/\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n/)
    expect(said).toEqual([false, true, true])
  })

  test('a pipe reads no further than it would for a slow client, and all of it arrives', async () => {
    const parts = Array.from({ length: 200 }, (_, index) => String(index % 10).repeat(10_000))
    let read = 0
    const source = Readable.from(
      (function* () {
        for (const part of parts) {
          read++
          yield part
        }
      })(),
    )
    const { answer, commit } = await askHeld((response) => source.pipe(response.setHeader('Content-Length', 2_000_000)))
    expect(read).toBeLessThan(40) // the 16 objects that a stream reads ahead, and a few on their way
    commit.fulfil()
    const [, body] = (await answer).split('\r\n\r\n')
    expect(body).toBe(parts.join(''))
  })

  test('drain is told once, when the client has read', async () => {
    const left: number[] = []
    const { answer, commit } = await askHeld((response) => {
      response.on('drain', () => {
        left.push(response.writableLength)
        response.end()
      })
      response.write('x'.repeat(20_000_000))
    })
    commit.fulfil()
    await answer
    expect(left).toEqual([0])
  })

  test('drain is not told to a response that was ended', async () => {
    let drains = 0
    const { answer, commit } = await askHeld((response) => {
      response.on('drain', () => drains++)
      response.write('a')
      response.end('b')
    })
    commit.fulfil()
    await answer
    expect(drains).toBe(0)
  })
})

describe('several sessions of one response', () => {
  type Served = { answer: Promise<string>; socket: () => IncomingMessage['socket'] | undefined }

  /** A handler inside both, which writes both. */
  async function serveBoth(one: SlowStore, other: SlowStore): Promise<Served> {
    let socket: IncomingMessage['socket'] | undefined
    const port = await listen(
      http.createServer(
        session(
          one.sessions,
          session(other.sessions, (request: IncomingMessage, response: ServerResponse) => {
            socket = request.socket
            one.sessions.of(request).visits = 1
            other.sessions.of(request).visits = 2
            response.setHeader('Set-Cookie', 'a=1').end('ok')
          }),
        ),
      ),
    )
    return { answer: rawAnswer(port), socket: () => socket }
  }

  const cookies = (answer: string): string[] =>
    [...answer.matchAll(/\r\nSet-Cookie: (\w+)=/g)].map(([, name = '']) => name)

  test('both are waited for', async () => {
    const [one, other] = [new SlowStore({ name: 'one' }), new SlowStore({ name: 'other' })]
    const { answer, socket } = await serveBoth(one, other)
    const commits = [await one.asked('commit'), await other.asked('commit')]
    commits[0]?.fulfil()
    await settled()
    expect(socket()?.bytesWritten).toBe(0)
    commits[1]?.fulfil()
    expect(cookies(await answer).toSorted()).toEqual(['a', 'one', 'other'])
  })

  test('one that is in the cookie leaves when the store of the other has acknowledged', async () => {
    const [one, other] = [new SlowStore({ name: 'one' }), new SlowStore({ name: 'other', commits: false })]
    const { answer, socket } = await serveBoth(one, other)
    const commit = await one.asked('commit')
    await settled()
    expect(socket()?.bytesWritten).toBe(0)
    commit.fulfil()
    expect(cookies(await answer).toSorted()).toEqual(['a', 'one', 'other'])
  })

  test('where one store fails, the 503 carries what the other one acknowledged, and only that', async () => {
    const [one, other] = [new SlowStore({ name: 'one' }), new SlowStore({ name: 'other' })]
    const { answer, socket } = await serveBoth(one, other)
    ;(await one.asked('commit')).fail()
    await settled()
    expect(socket()?.bytesWritten).toBe(0)
    ;(await other.asked('commit')).fulfil()
    expect(parse(await answer).status).toBe(503)
    expect(cookies(await answer)).toEqual(['other'])
  })

  test('where both fail, one 503 is sent', async () => {
    const [one, other] = [new SlowStore({ name: 'one' }), new SlowStore({ name: 'other' })]
    const { answer } = await serveBoth(one, other)
    ;(await one.asked('commit')).fail()
    ;(await other.asked('commit')).fail()
    expect(parse(await answer)).toMatchObject({ status: 503, body: '{"error":"unavailable"}' })
    expect(cookies(await answer)).toEqual([])
  })
})

describe.each([
  ['in the cookie', false],
  ['in a store', true],
])('with sessions %s, whoever wraps writeHead after us', (_, commits) => {
  test.each<[string, Send]>([
    ['end', (response) => response.end('ok')],
    ['write', (response) => (response.write('o'), response.end('k'))],
    ['writeHead', (response) => response.writeHead(200, { 'X-App': '1' }).end('ok')],
    ['flushHeaders', (response) => (response.flushHeaders(), response.end('ok'))],
    ['a pipe', (response) => Readable.from(['o', 'k']).pipe(response)],
  ])('is called once, by %s, and may still write the session, set a header and change the status', async (__, send) => {
    const store = new SlowStore({ commits })
    let calls = 0
    const port = await listen(
      http.createServer(
        session(store.sessions, (request: IncomingMessage, response: ServerResponse) => {
          const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse // as: its overloads differ only in what they leave out
          Object.assign(response, {
            writeHead: (_status: number, ...rest: unknown[]) => {
              calls++
              store.sessions.of(request).visits = 8
              response.appendHeader('X-Wrapped', '1')
              return writeHead(202, ...rest)
            },
          })
          send(response, request)
        }),
      ),
    )
    const answer = rawAnswer(port)
    if (commits) (await store.asked('commit')).fulfil()
    expect(await answer).toMatch(/^HTTP\/1\.1 202 /)
    expect((await answer).match(/X-Wrapped: 1\r\n/g)).toHaveLength(1)
    const [, cookie = ''] = /Set-Cookie: session=([^;]*)/.exec(await answer) ?? []
    expect(store.sessions.open(cookie)).toMatchObject({ ok: true, data: { visits: 8 } })
    expect(calls).toBe(1)
  })
})

describe('a session in the cookie', () => {
  test.each(SENT)('%s: it leaves at once, byte for byte as Node sends it', async (_, send, line) => {
    const sent: boolean[] = []
    const plain = await rawAnswer(
      await listen(
        http.createServer((request, response) => {
          send(response, request)
          sent.push(response.headersSent)
        }),
      ),
      line,
    )
    const store = new SlowStore({ commits: false })
    let isHeld: boolean | undefined
    const port = await listen(
      http.createServer(
        session(store.sessions, (request: IncomingMessage, response: ServerResponse) => {
          store.sessions.of(request).visits = 8
          send(response, request)
          sent.push(response.headersSent)
          isHeld = Object.hasOwn(response, 'headersSent')
        }),
      ),
    )
    const answer = await rawAnswer(port, line)
    expect(withoutSession(answer)).toBe(withoutSession(plain))
    expect(answer).toMatch(/\r\nSet-Cookie: session=/)
    expect(sent[1]).toBe(sent[0])
    expect(isHeld).toBe(false)
  })
})

test('a session that comes when the headers have left already leaves the response alone, and refuses to be written', async () => {
  const store = new SlowStore()
  const serve = session(store.sessions, (request: IncomingMessage, response: ServerResponse) => {
    expect(() => (store.sessions.of(request).visits = 1)).toThrow(expect.objectContaining({ code: 'ERR_SESSION_SENT' }))
    expect(() => response.writeHead(200)).toThrow(expect.objectContaining({ code: 'ERR_HTTP_HEADERS_SENT' }))
    response.write('b')
    response.end('c')
  })
  const port = await listen(
    http.createServer((request, response) => {
      response.setHeader('Content-Length', 3).write('a')
      return serve(request, response)
    }),
  )
  expect(parse(await rawAnswer(port)).body).toBe('abc')
})

describe('a client that leaves', () => {
  test.each(['fulfil', 'fail'] as const)('while the store is asked changes nothing: commits %s', async (outcome) => {
    const store = new SlowStore()
    const told: unknown[] = []
    const closed = Promise.withResolvers<void>()
    const port = await listen(
      http.createServer(
        session(store.sessions, (request: IncomingMessage, response: ServerResponse) => {
          store.sessions.of(request).visits = 8
          response.on('close', () => told.push('close'))
          response.on('close', closed.resolve)
          response.write('o', (error) => told.push(error instanceof Error))
          response.end('k')
        }),
      ),
    )
    const socket = connect(port, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    const commit = await store.asked('commit')
    socket.destroy()
    await closed.promise
    commit[outcome]()
    await settled()
    expect(told).toEqual(['close', true])
    expect(store.count.commit).toBe(1)
  })
})

describe('two requests that come at once on one connection', () => {
  test.each([
    ['first', ['fulfil', 'fulfil']],
    ['last', ['fulfil', 'fulfil']],
    ['first', ['fail', 'fulfil']],
    ['last', ['fail', 'fulfil']],
    ['first', ['fulfil', 'fail']],
    ['last', ['fulfil', 'fail']],
  ] as const)('are answered in their order, whichever the store answers %s: %o', async (which, outcomes) => {
    const store = new SlowStore()
    const port = await listen(
      http.createServer(
        session(store.sessions, (request: IncomingMessage, response: ServerResponse) => {
          response.write(`${request.url} `)
          response.end('ok')
        }),
      ),
    )
    const answers = rawAnswer(port, 'GET /one HTTP/1.1\r\nHost: localhost\r\n\r\nGET /two HTTP/1.1')
    const one = await store.asked('commit')
    const two = await store.asked('commit')
    await settled()
    const settle = [(): void => one[outcomes[0]](), (): void => two[outcomes[1]]()]
    settle.at(which === 'first' ? 0 : 1)?.()
    await settled()
    settle.at(which === 'first' ? 1 : 0)?.()
    const statuses = [...(await answers).matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => status)
    expect(statuses).toEqual(outcomes.map((outcome) => (outcome === 'fail' ? '503' : '200')))
    const [first = '', second = ''] = (await answers).split(/(?<=.)(?=HTTP\/1\.1 )/s)
    for (const [answer, path] of [
      [first, '/one'],
      [second, '/two'],
    ] as const) {
      expect(parse(answer).body).toBe(
        parse(answer).status === 503 ? '{"error":"unavailable"}' : `5\r\n${path} \r\n2\r\nok\r\n0`,
      )
    }
  })
})

describe('a commit that throws at once, as for a cookie that would be too large', () => {
  function throwing(store: SlowStore): SlowStore['sessions'] {
    return {
      ...store.sessions,
      begin: (request, facts) => {
        const exchange = store.sessions.begin(request, facts)
        return {
          ...exchange,
          commit: () => {
            throw new Error('too large')
          },
        }
      },
    }
  }

  test('throws where the headers would leave, and the error page leaves without a session', async () => {
    const thrown: unknown[] = []
    const port = await listen(
      http.createServer(
        session(throwing(new SlowStore()), (_: IncomingMessage, response: ServerResponse) => {
          try {
            response.end('ok')
          } catch (error) {
            thrown.push(error)
            response.writeHead(500).end('sorry')
          }
        }),
      ),
    )
    const answer = await rawAnswer(port)
    expect(parse(answer)).toMatchObject({ status: 500, body: expect.stringContaining('sorry') })
    expect(answer).not.toContain('Set-Cookie')
    expect(thrown).toMatchObject([{ message: 'too large' }])
  })

  test.each(['fulfil', 'fail'] as const)(
    'is not lost beside another session, whose store commits: %s',
    async (outcome) => {
      const [one, other] = [new SlowStore({ name: 'one' }), new SlowStore({ name: 'other' })]
      const broken = throwing(one)
      const port = await listen(
        http.createServer(
          session(
            broken,
            session(other.sessions, (request: IncomingMessage, response: ServerResponse) => {
              other.sessions.of(request).visits = 8
              try {
                response.end('ok')
              } catch {
                response.writeHead(500).end('sorry')
              }
            }),
          ),
        ),
      )
      const answer = rawAnswer(port)
      ;(await other.asked('commit'))[outcome]()
      expect(parse(await answer).status).toBe(outcome === 'fulfil' ? 500 : 503)
      expect((await answer).includes('Set-Cookie: other=')).toBe(outcome === 'fulfil')
    },
  )
})
