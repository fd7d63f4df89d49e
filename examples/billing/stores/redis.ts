import { once } from 'node:events'
import { redisStore } from 'coatcheck/redis'
import { createClient } from 'redis'
import { reasonOf } from '../words/reason.ts'
import type { SessionPlace } from './backend.ts'
import { cannotUse } from './cannot-use.ts'

const PREFIX = 'billing:'
/** For something that accepts connections and says nothing. */
const TIMEOUT_MILLISECONDS = 5000
const ADVICE =
  'Start one with redis-server, or say where it is: REDIS_URL=redis://localhost:6379 npm start -- --store redis'

export async function prepare(environment: NodeJS.ProcessEnv): Promise<void> {
  const url = urlIn(environment)
  const address = addressOf(url)
  try {
    await ping(url)
  } catch (cause) {
    throw cannotUse(`Redis at ${address}`, cause, ADVICE)
  }
}

export async function open(environment: NodeJS.ProcessEnv): Promise<SessionPlace> {
  const url = urlIn(environment)
  const address = addressOf(url)
  // While Redis is away, commands fail at once. Kept in a queue, they would be carried out after the visitor was told otherwise.
  const client = createClient({ url, disableOfflineQueue: true })
  let isAway = false
  client.on('ready', () => (isAway = false))
  // Without a listener a lost connection ends the process. It is said once, and not at each attempt to get it back.
  client.on('error', (error) => {
    if (!isAway) console.error(`Worker ${process.pid} has lost Redis at ${address}: ${reasonOf(error)}.`)
    isAway = true
  })
  await Promise.race([client.connect(), once(client, 'error')])
  // A worker that was told to end does so once its last request is answered.
  client.unref()
  return {
    store: redisStore(client, { prefix: PREFIX }),
    title: 'Redis',
    address,
    inside: `keys ${PREFIX}*`,
  }
}

async function ping(url: string): Promise<void> {
  const client = createClient({ url, socket: { reconnectStrategy: false, socketTimeout: TIMEOUT_MILLISECONDS } })
  client.on('error', () => {}) // what goes wrong rejects the calls
  try {
    await client.connect()
    await client.ping()
  } finally {
    if (client.isOpen) client.destroy()
  }
}

function urlIn({ REDIS_URL }: NodeJS.ProcessEnv): string {
  return REDIS_URL ?? 'redis://localhost:6379'
}

/** The part of the URL that may be shown. @throws SettingsError */
function addressOf(url: string): string {
  if (!URL.canParse(url)) throw cannotUse('REDIS_URL', 'it is no URL', ADVICE)
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}
