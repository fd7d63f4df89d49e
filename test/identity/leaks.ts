import { createHash } from 'node:crypto'
import { afterAll, vi } from 'vitest'
import { stateOf } from '../../src/session/session.ts'
import { shown } from '../support/shown.ts'

/**
 * Everything that a test file gets to see: events, errors, sessions as `console.log` and `JSON.stringify` show them, and what
 * goes to the console. At the end of the file none of it may hold a secret, its hash or the value of a cookie.
 */
const secrets = new Set<string>()
const texts: string[] = []

/** Keeps how `value` would look in a log. */
export function note(value: unknown): void {
  texts.push(shown(value))
}

/** Keeps what must not show: the secret that a session was given. */
export function noteSecrets(session: object): void {
  const { claims } = stateOf(session)
  for (const value of [claims?.['secret'], claims?.['token']]) {
    if (typeof value !== 'string') continue
    const hash = createHash('sha256').update(value).digest()
    for (const text of [value, hash.toString('hex'), hash.toString('base64'), hash.toString('base64url')]) {
      secrets.add(text)
    }
  }
}

export function noteCookie(value: string): void {
  secrets.add(value)
}

for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
  const original = console[method]
  vi.spyOn(console, method).mockImplementation((...args: unknown[]) => {
    for (const arg of args) note(arg)
    original(...args)
  })
}
process.on('warning', note)

afterAll(() => {
  const leaks = [...secrets].filter((secret) => texts.some((text) => text.includes(secret)))
  // Thrown, because an expectation belongs into a test: vitest fails the file for either.
  if (secrets.size === 0 || texts.length === 0) throw new Error('Nobody signed in, or nothing was shown.')
  if (leaks.length > 0) throw new Error(`${leaks.length} of ${secrets.size} secrets, hashes and cookies were shown.`)
})
