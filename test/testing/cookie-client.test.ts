import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { cookieClient, fakeClock, type CookieClient } from '../../src/testing/index.ts'

const running: Server[] = []

afterEach(() => {
  for (const server of running.splice(0)) server.close()
})

/** A client of a server that answers what `answer` sets, with the Cookie header that came as its body. */
async function clientOf(
  answer: (request: IncomingMessage, response: ServerResponse) => unknown,
): Promise<CookieClient> {
  const server = createServer((request, response) => {
    answer(request, response)
    response.end(request.headers.cookie ?? '')
  }).listen(0, '127.0.0.1')
  running.push(server)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // as: a TCP server has such an address
  return cookieClient(`http://127.0.0.1:${port}`)
}

const text = async (response: Promise<Response>): Promise<string> => (await response).text()

/** A client of a server that sets these cookies on every path but `/look` and below. */
function clientOfLines(origin: string, lines: readonly string[], clock = fakeClock()): CookieClient {
  return cookieClient(
    (request) => {
      const looks = new URL(request.url).pathname.startsWith('/look')
      const headers = looks ? [] : lines.map((line) => ['set-cookie', line])
      return new Response(request.headers.get('cookie') ?? '', { headers: headers as [string, string][] }) // as: pairs
    },
    { clock, origin },
  )
}

test('what an answer sets is sent with the next request, and what it takes back is not', async () => {
  const client = await clientOf(({ url }, response) => {
    if (url === '/in') response.setHeader('Set-Cookie', ['a=1; Path=/', 'b=2; Path=/'])
    if (url === '/out') response.setHeader('Set-Cookie', 'a=; Path=/; Max-Age=0')
  })
  await client.get('/in')
  expect(await text(client.get('/'))).toBe('a=1; b=2')
  await client.get('/out')
  expect(await text(client.get('/'))).toBe('b=2')
  client.clear()
  expect(await text(client.get('/'))).toBe('')
})

test('a redirect is followed when the test says so, with the cookies that it set', async () => {
  const client = await clientOf(({ url }, response) => {
    if (url !== '/start') return
    response.writeHead(303, { Location: '/next', 'Set-Cookie': 'a=1; Path=/' })
  })
  const redirect = await client.post('/start')
  expect(redirect.status).toBe(303)
  expect(await text(client.follow(redirect))).toBe('a=1')
  await expect(client.follow(await client.get('/'))).rejects.toThrow('200 is no redirect')
})

test('an object is posted as JSON, a form as a form', async () => {
  const seen: unknown[] = []
  const client = cookieClient(async (request) => {
    seen.push([request.method, request.headers.get('content-type'), await request.text()])
    return new Response()
  })
  await client.post('/', { a: 1 })
  await client.post('/', new URLSearchParams({ a: '1' }))
  await client.post('/')
  expect(seen).toEqual([
    ['POST', 'application/json', '{"a":1}'],
    ['POST', 'application/x-www-form-urlencoded;charset=UTF-8', 'a=1'],
    ['POST', null, ''],
  ])
})

test('cookies of another origin are not for this client', async () => {
  await expect(cookieClient('http://127.0.0.1:1').get('http://localhost:1/')).rejects.toThrow('http://localhost:1')
})

describe('as browsers do, it', () => {
  test('sends a cookie to its path and what is below, the longest path first', async () => {
    const client = clientOfLines('http://localhost', ['all=1; Path=/', 'look=2; Path=/look', 'own=3'])
    await client.get('/shelf/here')
    expect(await text(client.get('/look'))).toBe('look=2; all=1')
    expect(await text(client.get('/look/closer'))).toBe('look=2; all=1')
    expect(await text(client.get('/looking'))).toBe('all=1')
    expect(await text(client.get('/shelf/there'))).toBe('own=3; all=1')
    expect(client.cookie('look')).toBeUndefined()
    expect(client.cookie('look', '/look')).toBe('2')
  })

  test('forgets a cookie when its time is over', async () => {
    const clock = fakeClock()
    const expires = new Date(clock() + 120_000).toUTCString()
    const client = clientOfLines('http://localhost', ['a=1; Max-Age=60', `b=2; Expires=${expires}`, 'c=3'], clock)
    await client.get('/')
    expect(await text(client.get('/look'))).toBe('a=1; b=2; c=3')
    clock.advance('1m')
    expect(await text(client.get('/look'))).toBe('b=2; c=3')
    clock.advance('1m')
    expect(await text(client.get('/look'))).toBe('c=3')
  })

  test.each([
    ['Secure over plain http', 'http://shop.example', 'a=1; Secure'],
    ['a domain that is not its own', 'https://shop.example', 'a=1; Domain=other.example'],
    ['__Secure- without Secure', 'https://shop.example', '__Secure-a=1'],
    ['__Host- without Secure', 'https://shop.example', '__Host-a=1; Path=/'],
    ['__Host- with a path', 'https://shop.example', '__Host-a=1; Secure; Path=/look'],
    ['__Host- with a domain', 'https://shop.example', '__Host-a=1; Secure; Path=/; Domain=shop.example'],
  ])('drops %s', async (_, origin, line) => {
    const client = clientOfLines(origin, [line])
    await client.get('/')
    expect(await text(client.get('/look'))).toBe('')
  })

  test.each([
    ['Secure from a loopback address', 'http://127.0.0.1', 'a=1; Secure'],
    ['a domain above its own', 'https://pay.shop.example', 'a=1; Domain=.shop.example'],
    ['__Host- as it should be', 'https://shop.example', '__Host-a=1; Secure; Path=/'],
  ])('keeps %s', async (_, origin, line) => {
    const client = clientOfLines(origin, [line])
    await client.get('/')
    expect(await text(client.get('/look'))).toBe(line.slice(0, line.indexOf(';')))
  })
})
