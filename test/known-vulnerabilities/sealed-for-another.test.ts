import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { sqliteRegistry } from '../../src/identity/sqlite.ts'
import { CookieJar, createSealer } from '../../src/index.ts'
import { App, newUsers } from '../identity/app.ts'
import { keepCookie } from '../support/keep-cookie.ts'
import { FakeClock, SECRET } from '../support/visitor.ts'

/** CVE-2026-73419: the state, nonce and PKCE cookies of Auth.js were not bound to the provider. */
describe('the state of an OAuth sign-in that was begun with one provider', () => {
  const stateOf = (provider: string) => createSealer({ secrets: [SECRET], purpose: `oauth:${provider}` })

  test('is refused where another one comes back, as a sealed value', () => {
    const text = stateOf('google').seal({ nonce: 'n' }, { expiresIn: '10m' })
    expect(stateOf('google').open(text)).toMatchObject({ ok: true, value: { nonce: 'n' } })
    expect(stateOf('github').open(text)).toMatchObject({ ok: false, reason: 'tampered' })
  })

  test.each(['signed', 'encrypted'] as const)('is refused where another one comes back, as a %s cookie', (view) => {
    const jar = new CookieJar({ secrets: [SECRET] })
    jar[view].set('oauth_google', 'a state', { maxAge: '10m' })
    const cookies = new Map<string, string>()
    for (const line of jar.commit()) keepCookie(cookies, line)
    const text = cookies.get('oauth_google') ?? ''
    const back = (name: string): unknown =>
      new CookieJar({ secrets: [SECRET], cookieHeader: `${name}=${text}` })[view].get(name)
    expect(back('oauth_google')).toBe('a state')
    expect(back('oauth_github')).toBeUndefined()
  })
})

/** CVE-2026-79624, CVE-2026-130717: links outlived the session or the password that they came from. */
describe('a reset link that seals the epoch of its user', () => {
  async function openWorld() {
    const registry = sqliteRegistry(new DatabaseSync(':memory:'))
    await registry.migrate()
    const clock = new FakeClock()
    const app = new App(registry, { clock, users: newUsers() })
    const links = createSealer({ secrets: [SECRET], purpose: 'password-reset', clock: clock.now })
    const { identity } = app
    const makeLink = async (userId: number): Promise<string> =>
      links.seal({ userId, epoch: await identity.epochOf(userId) }, { expiresIn: '1h' })
    /** The application's own, as docs/known-vulnerabilities.md shows it: what comes of a link, or `undefined`. */
    const follow = async (link: string): Promise<number | undefined> => {
      const opened = links.open(link)
      if (!opened.ok) return undefined
      const { userId, epoch } = opened.value as { userId: number; epoch: string } // as: nobody else seals for this purpose
      return epoch === (await identity.epochOf(userId)) ? userId : undefined
    }
    return { clock, identity, app, makeLink, follow }
  }

  test('is refused after revokeUser and revokeEveryone, and after it was used', async () => {
    const { identity, makeLink, follow } = await openWorld()
    const link = await makeLink(7)
    expect(await follow(link)).toBe(7)
    await identity.revokeUser(8)
    expect(await follow(link)).toBe(7)
    await identity.revokeUser(7)
    expect(await follow(link)).toBeUndefined()
    const next = await makeLink(7)
    expect(await follow(next)).toBe(7)
    await identity.revokeEveryone()
    expect(await follow(next)).toBeUndefined()
  })

  test('signs in who follows it in time, and nobody where the revocation comes between the two', async () => {
    const { identity, app, makeLink, follow } = await openWorld()
    const signIn = async (epoch: string): Promise<void> =>
      app.browser().visit((session) => identity.signIn(session, 7, { epoch }))
    const epoch = await identity.epochOf(7)
    expect(await follow(await makeLink(7))).toBe(7)
    await signIn(epoch)
    expect(await identity.listSessions(7)).toHaveLength(1)
    await identity.revokeUser(7)
    await expect(signIn(epoch)).rejects.toMatchObject({ code: 'ERR_REVOKED' })
    expect(await identity.listSessions(7)).toEqual([])
  })

  test('is refused once its time is over', async () => {
    const { clock, makeLink, follow } = await openWorld()
    const link = await makeLink(7)
    clock.advance(3600)
    expect(await follow(link)).toBeUndefined()
  })
})
