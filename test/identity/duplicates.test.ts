import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { createIdentity, userSessions } from '../../src/identity/index.ts'
import { sqliteRegistry } from '../../src/identity/sqlite.ts'
import type { AnyData, Session } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import type { SessionStore } from '../../src/stores/store.ts'
import { App, Browser } from '../stores/browser.ts'

const PLACES: readonly (readonly [string, () => SessionStore | undefined])[] = [
  ['in the cookie', () => undefined],
  ['in a store', () => memoryStore()],
]

describe.each(PLACES)(
  'of two cookies of one name, sessions %s, of which nobody can tell which one is meant,',
  (_, storeOf) => {
    async function openWorld() {
      const app = new App({ store: storeOf() })
      const registry = sqliteRegistry(new DatabaseSync(':memory:'))
      await registry.migrate()
      const identity = createIdentity({
        sessions: app.sessions,
        verify: userSessions(registry),
        loadUser: (id: string) => ({ id }),
      })
      const visit = async <Result>(browser: Browser, handler: (session: Session<AnyData>) => Promise<Result>) => {
        const request = await browser.begin()
        const result = await handler(request.session)
        browser.keep(await request.commit())
        return result
      }
      const signIn = async (user: string): Promise<Browser> => {
        const browser = new Browser(app)
        await visit(browser, (session) => identity.signIn(session, user))
        return browser
      }
      const [own, planted] = [await signIn('victim'), await signIn('mallory')]
      // As a browser sends both: a neighbour on a subdomain has planted the first.
      const both = new Browser(app, `${planted.cookie}; session=${own.cookie}`)
      const whoami = (browser: Browser) =>
        visit(browser, async (session) => {
          const status = await identity.status(session)
          return status.state === 'signed-out' ? status.reason : status.user.id
        })
      return { identity, visit, own, planted, both, whoami }
    }

    test.each(['signOut', 'destroy', 'reset'] as const)('%s signs out of both', async (verb) => {
      const { identity, visit, own, planted, both, whoami } = await openWorld()
      expect(await whoami(both)).toBe('duplicate')
      expect(
        await visit(both, async (session) => {
          if (verb === 'signOut') return identity.signOut(session)
          session[verb]()
          return true
        }),
      ).toBe(true)
      expect([await whoami(own), await whoami(planted)]).not.toContain('victim')
      expect(await identity.listSessions('victim')).toEqual([])
      expect(await identity.listSessions('mallory')).toEqual([])
    })

    test('nothing ends where nobody asks for it', async () => {
      const { both, own, whoami } = await openWorld()
      expect(await whoami(both)).toBe('duplicate')
      expect(await whoami(own)).toBe('victim')
    })
  },
)
