import { join } from 'node:path'

/** Where the demo listens and keeps its data. */
export interface Settings {
  readonly port: number
  /** One server each, because `localhost` means IPv4 in some clients and IPv6 in others. */
  readonly hosts: readonly string[]
  readonly database: string
}

/** What whoever starts the demo can put right; shown as one line, without a stack. */
export class SettingsError extends Error {}

/** @throws SettingsError */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const { PORT = '3000', HOST, BILLING_DATABASE } = environment
  const port = Number(PORT)
  if (!/^\d+$/.test(PORT) || port < 1 || port > 65_535) {
    throw new SettingsError(`PORT is ${JSON.stringify(PORT)}, expected a number from 1 to 65535.`)
  }
  return {
    port,
    // Loopback alone: the passwords of this demo stand on its sign-in page.
    hosts: HOST === undefined || HOST === '' ? ['127.0.0.1', '::1'] : [HOST],
    database: BILLING_DATABASE ?? join(import.meta.dirname, 'billing.db'),
  }
}
