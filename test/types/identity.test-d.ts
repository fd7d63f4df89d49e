import { DatabaseSync } from 'node:sqlite'
import Database from 'better-sqlite3'
import pg from 'pg'
import postgres from 'postgres'
import { describe, expectTypeOf, test } from 'vitest'
import { createIdentity, userSessions, userTokens } from '../../src/identity/index.ts'
import { postgresRegistry } from '../../src/identity/postgres.ts'
import { sqliteRegistry } from '../../src/identity/sqlite.ts'
import { createSessions } from '../../src/index.ts'

interface User {
  readonly id: string
  readonly name: string
}

const sessions = createSessions<{ step: number }>({ name: 'session', secrets: ['…'] })
const registry = sqliteRegistry(new DatabaseSync(':memory:'))
const session = sessions.of({})

describe('with user sessions', () => {
  const identity = createIdentity({
    sessions,
    verify: userSessions(registry),
    loadUser: async (id: string): Promise<User | null> => ({ id, name: 'Ada' }),
    allow: (user) => user.name !== '',
  })

  test('the user is what loadUser gives, and the id what it takes', () => {
    expectTypeOf(identity.currentUser(session)).resolves.toEqualTypeOf<User | null>()
    void identity.signIn(session, 'ada')
    // @ts-expect-error -- ids are text here
    void identity.signIn(session, 7)
    // @ts-expect-error -- the owner's id is text too
    void identity.revokeSession('handle', { userId: 7 })
  })

  test('a status tells the user only where there is one', async () => {
    const status = await identity.status(session)
    if (status.state === 'signed-in') expectTypeOf(status.user).toEqualTypeOf<User>()
    if (status.state === 'signed-out') expectTypeOf(status).not.toHaveProperty('user')
  })

  test('the owner of a device has to be said', () => {
    // @ts-expect-error -- whoever may revoke is part of the question
    void identity.revokeSession('handle')
  })
})

describe('with tokens', () => {
  const identity = createIdentity({
    sessions,
    verify: userTokens({
      tokenOf: (id: number) => String(id),
      find: (): User | undefined => undefined,
      rotate: () => 1,
    }),
  })

  test('the user is what find gives, and there are no devices', () => {
    expectTypeOf(identity.currentUser(session)).resolves.toEqualTypeOf<User | null>()
    expectTypeOf(identity).not.toHaveProperty('listSessions')
    expectTypeOf(identity).not.toHaveProperty('revokeEveryone')
    void identity.revokeUser(7)
    // @ts-expect-error -- ids are numbers here
    void identity.revokeUser('ada')
  })
})

test('clients of both databases are taken as they are', () => {
  sqliteRegistry(new Database(':memory:'))
  postgresRegistry(new pg.Pool())
  postgresRegistry(postgres('postgres://localhost'))
  // @ts-expect-error -- one connection cannot serve parallel requests
  postgresRegistry(new pg.Client())
  // @ts-expect-error -- no database
  sqliteRegistry({})
})
