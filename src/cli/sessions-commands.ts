import type { Command } from 'commander'
import { SessionError } from '../errors.ts'
import { userKey } from '../identity/claims.ts'
import type { UserSessionRegistry } from '../identity/index.ts'
import { withDatabaseFlags, withDatabase, type DatabaseFlags } from './database.ts'
import { printable, printableJson } from './printable.ts'
import { sessionJson, sessionTable } from './session-table.ts'
import type { CommandHost } from './shell.ts'

interface ListFlags extends DatabaseFlags {
  readonly user: string
  readonly json?: boolean
}

interface RevokeFlags extends DatabaseFlags {
  readonly user?: string
  readonly everyone?: boolean
  readonly yes?: boolean
}

export function addSessions(program: Command, { shell, exit }: CommandHost): void {
  const sessions = program.command('sessions').description('list the sessions of a user, or end sessions')

  withDatabaseFlags(sessions.command('list'))
    .description('list where a user is signed in, the last seen first; times are UTC')
    .requiredOption('--user <id>', 'whose sessions')
    .option('--json', 'print each as one line of JSON')
    .action(async ({ user, json, ...flags }: ListFlags) => {
      const userId = userKey(user)
      const records = await withDatabase(flags, shell, ({ registry }) => registry.list(userId, shell.now()))
      if (json === true) shell.write(records.map((record) => `${printableJson(sessionJson(record))}\n`).join(''))
      else if (records.length === 0) shell.write(`User ${printable(user)} is signed in nowhere.\n`)
      else shell.write(sessionTable(records))
    })

  withDatabaseFlags(sessions.command('revoke'))
    .description(
      'end one session, all of a user, or all of everybody; effective with the next request that brings its cookie',
    )
    .argument('[id]', 'the session, as list names it')
    .option('--user <id>', 'all of this user, sign-ins that are under way included')
    .option('--everyone', 'all of everybody: no change of secrets, no deploy')
    .option('--yes', 'must stand beside --everyone')
    .addHelpText('after', REVOKE_HELP)
    .action(async (id: string | undefined, { user, everyone, yes, ...flags }: RevokeFlags) => {
      const revoke = revocationOf(id, user, everyone)
      if (everyone === true && yes !== true) {
        throw new SessionError(
          'ERR_OPTIONS',
          '--everyone signs everybody out, and there is no way back: say --yes, too.',
        )
      }
      const { text, code } = await withDatabase(flags, shell, ({ registry }) => revoke(registry, shell.now()))
      shell.write(`${text}\n`)
      exit(code)
    })
}

interface Revoked {
  readonly text: string
  readonly code: 0 | 1
}

type Revocation = (registry: UserSessionRegistry, now: number) => Promise<Revoked>

/** @throws `ERR_OPTIONS` unless exactly one thing is to be ended */
function revocationOf(id: string | undefined, user: string | undefined, everyone: boolean | undefined): Revocation {
  const given = [id, user, everyone].filter((each) => each !== undefined)
  if (given.length !== 1) {
    throw new SessionError('ERR_OPTIONS', `revoke takes one of ID, --user ID and --everyone, and got ${given.length}.`)
  }
  if (id !== undefined) return (registry, now) => revokeSession(registry, id, now)
  if (user === undefined) return revokeEveryone
  // Empty text is how registries name everybody.
  const userId = userKey(user)
  return (registry, now) => revokeUser(registry, userId, now)
}

async function revokeSession(registry: UserSessionRegistry, id: string, now: number): Promise<Revoked> {
  const didEnd = (await isAlive(registry, id, now)) && (await registry.end(id, { at: now, because: 'revoked' }))
  if (didEnd) return { text: `Session ${printable(id)} is ended.`, code: 0 }
  return { text: `There is no session ${printable(id)}, or it has ended already.`, code: 1 }
}

/** `end` looks at the record alone: one that expired, or that was revoked with its user, is nothing to end any more. */
async function isAlive(registry: UserSessionRegistry, id: string, now: number): Promise<boolean> {
  const found = await registry.find(id)
  if (found === undefined) return false
  const { epochs, current, idleExpiresAt } = found
  return epochs.user >= current.user && epochs.everyone >= current.everyone && idleExpiresAt > now
}

async function revokeUser(registry: UserSessionRegistry, userId: string, now: number): Promise<Revoked> {
  const { length } = await registry.list(userId, now)
  await registry.raiseUserEpoch(userId)
  const count = length === 1 ? '1 session' : `${length} sessions`
  return {
    text: `User ${printable(userId)} is signed out everywhere: ${count}, and sign-ins that were under way.`,
    code: 0,
  }
}

async function revokeEveryone(registry: UserSessionRegistry): Promise<Revoked> {
  await registry.raiseEveryoneEpoch()
  return { text: 'Everybody is signed out, sign-ins that were under way included.', code: 0 }
}

const REVOKE_HELP = `
--everyone needs --yes on a terminal, too, and asks nothing: a command that stands in a runbook does the same wherever it runs.

Exit codes:
  0  done; --user and --everyone end sign-ins that are under way, so they are never in vain
  1  ID is unknown, or has ended already
`
