import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../package/import-graph.ts'

/** What is particular to one way here. Its examples and its document have its name. */
export interface Guide {
  readonly name: string
  /** The cookies that the application set before. */
  readonly cookies: readonly string[]
  /** Whether they outlive the browser; so do those that come after. */
  readonly persistent: boolean
  /** What the server says to whoever comes with a copy of the previous cookie after its owner signed out. */
  readonly copy: 'User 7' | 'Signed out'
  /** What the examples read from their environment, beside SESSION_SECRET and REDIS_URL. */
  readonly environment: Readonly<Record<string, string>>
}

const key = (): string => randomBytes(32).toString('base64')

export const GUIDES: readonly Guide[] = [
  {
    name: 'iron-session',
    cookies: ['billing'],
    persistent: true,
    copy: 'User 7',
    environment: { SESSION_PASSWORD: 'a passphrase that iron-session takes' },
  },
  {
    name: 'cookie-session',
    cookies: ['billing', 'billing.sig'],
    persistent: true,
    copy: 'User 7',
    environment: { SESSION_KEY: key() },
  },
  {
    name: 'express-session',
    cookies: ['connect.sid'],
    persistent: false,
    copy: 'Signed out',
    environment: { SESSION_KEY: key() },
  },
  {
    name: 'secure-session',
    cookies: ['session'],
    persistent: false,
    copy: 'User 7',
    environment: { SESSION_KEY: key() },
  },
  {
    name: 'rails',
    cookies: ['_billing_session'],
    persistent: false,
    copy: 'User 7',
    environment: { SECRET_KEY_BASE: randomBytes(64).toString('hex') },
  },
]

/** The folders that hold examples; `GUIDES` has each of them. */
export function exampleFolders(): string[] {
  return readdirSync(join(ROOT, 'examples/migrating'))
}

export type Step = 'before' | 'after'

export function exampleOf({ name }: Pick<Guide, 'name'>, step: Step): string {
  return `examples/migrating/${name}/${step}.ts`
}
