import type { FlashValue } from '../session/flash.ts'

/** Messages by their names, as `session.flash` has them. */
export interface Messages {
  readonly [name: string]: FlashValue | undefined
}

const NO_MESSAGES: Messages = {}

let current: Messages = NO_MESSAGES
const listeners = new Set<() => void>()
/** What pages said that waits, and was taken since. A page that is shown again says the same. */
const taken = new WeakSet<Messages>()

// What only a browser has.
declare function addEventListener(type: 'pagehide', listener: () => void): void
declare function removeEventListener(type: 'pagehide', listener: () => void): void

/** What is shown now, wherever in the document. */
export function shown(): Messages {
  return current
}

export function show(messages: Messages): void {
  if (messages === current) return
  current = messages
  for (const listener of listeners) listener()
}

export function forgetShown(): void {
  show(NO_MESSAGES)
}

export function subscribe(listener: () => void): () => void {
  // Browsers keep a document as it is for who comes back to it.
  if (listeners.size === 0) addEventListener('pagehide', forgetShown)
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) removeEventListener('pagehide', forgetShown)
  }
}

export function isTaken(waiting: Messages): boolean {
  return taken.has(waiting)
}

/** Takes what waits, and shows it: nothing, where it was shown since the page was rendered. */
export async function take(waiting: Messages, from: string): Promise<void> {
  if (Object.keys(waiting).length === 0 || taken.has(waiting)) return
  taken.add(waiting)
  try {
    const messages = await ask(from)
    if (Object.keys(messages).length > 0) show(messages)
  } catch (error) {
    taken.delete(waiting) // they wait still, for whoever shows this page again
    console.error(`coatcheck: POST ${from} did not give the messages of the flash.`, error)
  }
}

async function ask(from: string): Promise<Messages> {
  const response = await fetch(BASE_PATH + from, { method: 'POST', keepalive: true })
  if (!response.ok) throw new Error(`${response.status}`)
  return (await response.json()) as Messages // as: that route handler says so
}

/** Next writes it in where it builds what the browser gets, as for its own links. */
// oxlint-disable-next-line no-underscore-dangle -- so they name it
const BASE_PATH = process.env.__NEXT_ROUTER_BASEPATH ?? ''
