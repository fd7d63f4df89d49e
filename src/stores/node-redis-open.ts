import { SessionError } from '../errors.ts'

/** What every client of node-redis has, but for some of 4. */
export interface Openable {
  readonly isOpen?: boolean | undefined
  connect(): Promise<unknown>
  destroy?(): void
  disconnect?(): Promise<unknown>
}

/** Whether a client was told to connect. */
export interface Opened {
  /** `false` for one that was closed again: it refuses commands by itself. @throws `ERR_OPTIONS` where `connect` was never called */
  isOpen(): boolean
}

export function openedConnection(client: Openable): Opened {
  let wasOpen = false
  return {
    isOpen() {
      const { isOpen = true } = client
      if (!isOpen && !wasOpen) {
        throw new SessionError(
          'ERR_OPTIONS',
          'The client that redisStore was given is not connected: call await client.connect() before the server listens.',
        )
      }
      wasOpen = true
      return isOpen
    },
  }
}

/** Commands that wait for an answer are rejected. What goes wrong is the client's own `error` event. */
export async function reopen(client: Openable): Promise<void> {
  // 4 forgets its pool for isolated commands when it has disconnected, one that it made meanwhile included.
  if (client.destroy === undefined) await client.disconnect?.().catch(() => {})
  else client.destroy()
  await client.connect().catch(() => {})
}
