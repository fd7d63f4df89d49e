import assert from 'node:assert/strict'
import { keepCookie } from '../support/keep-cookie.ts'
import { tampered } from '../package/example-server.ts'
import type { Probe, Recipe } from './recipes.ts'
import type { RecipeServer } from './server.ts'
import type { SlowService } from './slow-service.ts'

/** What arrived, the body whole. */
interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The Set-Cookie lines of the session. */
  readonly cookies: readonly string[]
}

/**
 * One browser on the pages of a recipe: it signs in, sees the flash once, reads, and signs out.
 *
 * @throws where a page is not as it should be
 */
export async function walk(recipe: Recipe, { origin, script }: RecipeServer, slow: SlowService): Promise<void> {
  const browser = new Browser(origin, slow)

  const stranger = await browser.get('/')
  assert.match(stranger.text, /Signed out/)
  assert.deepEqual(stranger.cookies, [], 'a stranger who only reads gets no cookie')
  assert.match(stranger.headers.get('vary') ?? '', /\bCookie\b/)

  const signedIn = await browser.post(recipe.signIn)
  assert.equal(signedIn.status, 303)
  assert.equal(signedIn.headers.get('location'), '/')
  assert.equal(signedIn.cookies.length, 1, 'signing in sends one session cookie')
  assert.equal(signedIn.headers.get('cache-control'), 'no-store')

  assert.match((await browser.get('/')).text, /Account 7\b.*Welcome back/s)
  const again = await browser.get('/')
  assert.match(again.text, /Account 7\b/)
  assert.doesNotMatch(again.text, /Welcome back/, 'the flash is shown once')
  assert.deepEqual(again.cookies, [], 'a page that only reads sends no cookie')

  const thief = new Browser(origin, slow, tampered(browser.cookies))
  assert.match((await thief.get('/')).text, /Signed out/, 'a cookie that was changed signs nobody in')

  const probes = recipe.probes.filter(({ isOnlyBuilt }) => script === 'start' || isOnlyBuilt !== true)
  for (const probe of probes) await browser.probe(probe) // oxlint-disable-line no-await-in-loop -- one browser

  if (script === 'start') {
    // With the cookie, which SameSite=Lax keeps off such a form: what the framework does by itself.
    for (const forged of FORGED) {
      // oxlint-disable-next-line no-await-in-loop -- one browser
      const answer = await new Browser(origin, slow, browser.cookies).post(recipe.signOut, forged)
      assert.equal(answer.status !== 303, recipe.refusesOtherSites, `${JSON.stringify(forged)}: ${answer.status}`)
      assert.equal(answer.cookies.length, recipe.refusesOtherSites ? 0 : 1)
    }
  }

  const signedOut = await browser.post(recipe.signOut)
  assert.equal(signedOut.status, 303)
  assert.equal(browser.cookies.size, 0, 'signing out removes the cookie')
  assert.match((await browser.get('/')).text, /Signed out/)
}

/** What browsers say of a form on another site, and in a frame that has no origin. */
const FORGED: readonly Readonly<Record<string, string>>[] = [
  { origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' },
  { origin: 'null', 'sec-fetch-site': 'cross-site' },
]

const HEADERS = {
  accept: 'text/html',
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', // React Router streams nothing to robots
  'x-forwarded-proto': 'http',
}

class Browser {
  readonly cookies: Map<string, string>
  readonly #origin: string
  readonly #slow: SlowService

  constructor(origin: string, slow: SlowService, cookies: ReadonlyMap<string, string> = new Map()) {
    this.#origin = origin
    this.#slow = slow
    this.cookies = new Map(cookies)
  }

  get(path: string): Promise<Answer> {
    return this.#ask(path, {})
  }

  post(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    // With a body and an origin, as the form of a page has them: frameworks refuse other posts as forged.
    return this.#ask(path, { method: 'POST', body: new URLSearchParams({ password: 'correct-horse' }) }, headers)
  }

  async probe({ path, status, text }: Probe): Promise<void> {
    const answer = await this.get(path)
    assert.equal(answer.status, status, path)
    assert.match(answer.text, text)
  }

  async #ask(path: string, init: RequestInit, more: Readonly<Record<string, string>> = {}): Promise<Answer> {
    this.#slow.hold()
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(new URL(path, this.#origin), {
      ...init,
      redirect: 'manual',
      headers: { ...HEADERS, origin: this.#origin, ...(cookie !== '' && { cookie }), ...more },
      signal: AbortSignal.timeout(20_000),
    })
    this.#slow.answer() // now that the headers are here
    const cookies = response.headers.getSetCookie().filter((line) => line.startsWith('__Host-session='))
    assert.ok(cookies.length <= 1, `${path} sends the session twice`)
    for (const line of cookies) keepCookie(this.cookies, line)
    return { status: response.status, headers: response.headers, text: await response.text(), cookies }
  }
}
