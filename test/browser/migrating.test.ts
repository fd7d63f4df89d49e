import { join } from 'node:path'
import type { Browser, Cookie, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { exampleOf, GUIDES, type Guide } from '../migrating/guides.ts'
import { startExample, type ExampleServer } from '../package/example-server.ts'
import { ROOT } from '../package/import-graph.ts'
import { RedisServer } from '../support/redis.ts'
import vectors from '../rails/vectors/rails-8.1.json' with { type: 'json' }
import { launchChromium } from './launch.ts'

let browser: Browser
let redis: RedisServer

beforeAll(async () => {
  ;[browser, redis] = await Promise.all([launchChromium(), RedisServer.start()])
})

// An open profile is a process.
afterEach(() => Promise.all(browser.contexts().map((context) => context.close())))

afterAll(async () => {
  await browser.close()
  await redis.stop()
})

function start(guide: Guide, step: 'before' | 'after', environment = guide.environment): Promise<ExampleServer> {
  const file = join(ROOT, exampleOf(guide, step))
  return startExample(process.execPath, file, { ...environment, REDIS_URL: redis.url })
}

/** A person with a profile of their own, whose browser sends its cookies to every port of one host. */
class Person {
  readonly #page: Page

  private constructor(page: Page) {
    this.#page = page
  }

  static async come(cookies: readonly Cookie[] = []): Promise<Person> {
    const context = await browser.newContext()
    await context.addCookies([...cookies])
    return new Person(await context.newPage())
  }

  /** What the first page says. */
  async visit({ origin }: ExampleServer): Promise<string> {
    await this.#page.goto(origin)
    return this.#page.innerText('body')
  }

  /** What the page says that a form leads to. */
  async press({ origin }: ExampleServer, path: '/sign-in' | '/sign-out'): Promise<string> {
    const form = `<form method="post" action="${path}" enctype="text/plain"><button>Go</button></form>`
    // Of the server's own origin, and yet none of its pages, which would look at the session first.
    await this.#page.route(`${origin}/form`, (route) => route.fulfill({ contentType: 'text/html', body: form }), {
      times: 1,
    })
    await this.#page.goto(`${origin}/form`)
    await this.#page.click('button')
    await this.#page.waitForURL(`${origin}/`)
    return this.#page.innerText('body')
  }

  async cookies(): Promise<Cookie[]> {
    const cookies = await this.#page.context().cookies()
    return cookies.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  async cookieNames(): Promise<string[]> {
    return (await this.cookies()).map(({ name }) => name)
  }
}

describe.each(GUIDES)('from $name, a browser', (guide) => {
  let before: ExampleServer
  let after: ExampleServer

  beforeAll(async () => {
    ;[before, after] = await Promise.all([start(guide, 'before'), start(guide, 'after')])
  })

  afterAll(async () => {
    await Promise.all([before.stop(), after.stop()])
  })

  const signedIn = async (): Promise<Person> => {
    const person = await Person.come()
    expect(await person.press(before, '/sign-in')).toBe('User 7')
    expect(await person.cookieNames()).toEqual(guide.cookies)
    return person
  }

  test('that signed in before stays signed in after, and the cookies from before are gone', async () => {
    const person = await signedIn()
    const [old] = await person.cookies()
    expect(await person.visit(after)).toBe('User 7')
    const [cookie, ...others] = await person.cookies()
    expect(others).toEqual([])
    expect(guide.cookies).not.toContain(cookie?.name)
    expect(await person.visit(after)).toBe('User 7')
    expect([old, cookie].map((each) => (each?.expires ?? 0) > 0)).toEqual([guide.persistent, guide.persistent])
  })

  test('that signs out after is signed out, and stays so', async () => {
    const person = await signedIn()
    expect(await person.visit(after)).toBe('User 7')
    expect(await person.press(after, '/sign-out')).toBe('Signed out')
    expect(await person.cookieNames()).toEqual([])
    expect(await person.visit(after)).toBe('Signed out')
    expect(await person.visit(before)).toBe('Signed out')
  })

  test('that signs out with the very first request after is signed out all the same', async () => {
    const person = await signedIn()
    expect(await person.press(after, '/sign-out')).toBe('Signed out')
    expect(await person.cookieNames()).toEqual([])
  })

  test('that signs in after needs nothing from before', async () => {
    const person = await Person.come()
    expect(await person.visit(after)).toBe('Signed out')
    expect(await person.press(after, '/sign-in')).toBe('User 7')
    expect(await person.cookieNames()).toHaveLength(1)
  })

  test('that has a cookie which somebody changed is signed out, and nothing fails', async () => {
    const cookies = await (await signedIn()).cookies()
    const middle = (text: string): string => text.slice(0, 40) + (text[40] === 'A' ? 'B' : 'A') + text.slice(41)
    const [first, ...companions] = cookies
    const changed = [{ ...first, value: middle(first?.value ?? '') } as Cookie, ...companions] // as: one was set
    expect(await (await Person.come(changed)).visit(after)).toBe('Signed out')
  })

  test(`has been copied before its owner signed out: the copy says "${guide.copy}" as long as previousCookies is there`, async () => {
    const person = await signedIn()
    const copy = await Person.come(await person.cookies())
    await person.visit(after)
    await person.press(after, '/sign-out')
    expect(await copy.visit(after)).toBe(guide.copy)
  })

  test('that goes back is signed out if it came here, and signed in if it never did', async () => {
    const person = await signedIn()
    await person.visit(after)
    expect(await person.visit(before)).toBe('Signed out')
    expect(await (await signedIn()).visit(before)).toBe('User 7')
  })
})

test('a cookie that Rails 8.1 itself has made stays signed in', async () => {
  const guide = GUIDES.find(({ name }) => name === 'rails')
  const vector = vectors.vectors.find(({ id }) => id === 'session/basic')
  if (guide === undefined || vector?.expect.value_escaped === undefined) throw new Error('the vector is not there')
  const after = await start(guide, 'after', { SECRET_KEY_BASE: vectors.base.secret_key_base })
  try {
    const { hostname: domain } = new URL(after.origin)
    const value = vector.expect.value_escaped
    const cookie = { name: '_billing_session', value, domain, path: '/', expires: -1, httpOnly: true, secure: false }
    const person = await Person.come([{ ...cookie, sameSite: 'Lax' }])
    expect(await person.visit(after)).toBe('User 42')
    expect(await person.cookieNames()).toEqual(['__Host-billing'])
  } finally {
    await after.stop()
  }
})
