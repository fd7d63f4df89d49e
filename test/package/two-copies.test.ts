import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import type * as web from '../../src/adapters/web.ts'
import type * as identityEntry from '../../src/identity/index.ts'
import type * as sqlite from '../../src/identity/sqlite.ts'
import type * as root from '../../src/index.ts'
import { ROOT } from './import-graph.ts'

const other = mkdtempSync(join(tmpdir(), 'coatcheck-copy-'))
for (const path of ['dist', 'package.json']) cpSync(join(ROOT, path), join(other, path), { recursive: true })
symlinkSync(join(ROOT, 'node_modules'), join(other, 'node_modules'))
afterAll(() => rmSync(other, { recursive: true }))

async function load<Module>(place: string, file: string): Promise<Module> {
  return (await import(pathToFileURL(join(place, 'dist', file)).href)) as Module // as: dist is built from these files
}

const SECRET = '3f9c1b7e5a2d8046c1e4f7a90b6d3852e7a4c9d1f0b3865a2c7e9d4f1b6a8035'

test('where the package is installed twice, sessions of one copy work with the adapter and the identity of the other', async () => {
  const { createSessions } = await load<typeof root>(ROOT, 'index.js')
  const { session } = await load<typeof web>(other, 'adapters/web.js')
  const { createIdentity, userSessions } = await load<typeof identityEntry>(other, 'identity/index.js')
  const { sqliteRegistry } = await load<typeof sqlite>(other, 'identity/sqlite.js')
  const registry = sqliteRegistry(new DatabaseSync(':memory:'))
  await registry.migrate()
  const sessions = createSessions({ name: 'session', secrets: [SECRET] })
  const identity = createIdentity({ sessions, verify: userSessions(registry), loadUser: (id: number) => ({ id }) })
  const app = session(sessions, async (request) => {
    await identity.signIn(sessions.of(request), 7)
    return Response.json(await identity.currentUser(sessions.of(request)))
  })
  expect(await (await app(new Request('http://localhost/'))).json()).toEqual({ id: 7 })
})

test('sessions of one name in two copies are told apart on a request, and the error says that there may be two copies', async () => {
  const copies = await Promise.all([ROOT, other].map((place) => load<typeof root>(place, 'index.js')))
  const request = {}
  const [a, b] = copies.map(({ createSessions }) => createSessions({ name: 'session', secrets: [SECRET] }))
  for (const sessions of [a, b]) sessions?.begin(request, { cookieHeader: undefined, isSecure: () => false })
  a?.of(request)
  expect(() => b?.of(request)).toThrow(/two copies of coatcheck/)
})
