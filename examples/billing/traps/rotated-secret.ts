import { createSessions, type OpenedValue, type SessionEvent } from 'coatcheck'
import { randomBytes } from 'node:crypto'
import { kind, place, sessions } from '../billing-sessions.ts'
import { readSecrets, sealedWith, type BillingSession } from '../sessions.ts'
import { sourceOf } from './source.ts'
import type { Fact, Trap } from './trap.ts'

const previous = readSecrets(process.env['SESSION_SECRET'])

async function openAfterRotation(
  cookie: string,
  onEvent: (event: SessionEvent) => void,
): Promise<{ id: string; opened: OpenedValue }> {
  const current = randomBytes(32).toString('hex')
  const sealing = sealedWith([current, ...previous], kind)
  const rotated = createSessions<BillingSession>({ name: sessions.name, store: place?.store, onEvent, ...sealing })
  const { id } = await rotated.load(`${sessions.name}=${cookie}`)
  return { id, opened: rotated.open(cookie) }
}

function openAfterDrop(cookie: string): OpenedValue {
  const current = randomBytes(32).toString('hex')
  const dropped = createSessions<BillingSession>({ name: sessions.name, ...sealedWith([current], kind) })
  return dropped.open(cookie)
}

/** Our own format names its secret, so it tells a dropped one from a forgery; nothing in a Rails cookie does. */
const NO_KEY_ID: Fact = {
  label: 'Why “tampered”',
  text: 'A Rails cookie does not say which secret sealed it, so one of a dropped secret looks like a forged one.',
}

export const rotatedSecret: Trap = {
  id: 'rotated',
  title: 'The rotated secret',
  seed: 'Rails rotations are usually for migration: accept messages written with old keys while writing new ones with the new configuration. If the old key remains accepted, old sessions are not invalidated.',
  code: sourceOf('rotated-secret.ts', 'openAfterRotation'),
  compilerNote: 'Nothing: the order of a list of secrets is known to you alone.',
  buttons: [{ action: 'run', label: 'Rotate the secret' }],
  run: async ({ cookie }) => {
    const events: string[] = []
    const { id, opened } = await openAfterRotation(cookie, ({ type }) => events.push(type))
    return {
      headline:
        'Your cookie still opens, with secret number 1. The event tells you how many such cookies are still about.',
      facts: [
        { label: 'session.id', text: id, isCode: true },
        { label: 'sessions.open()', text: JSON.stringify(opened), isCode: true },
        { label: 'Events', text: events.join(', '), isCode: true },
      ],
    }
  },
}

export const droppedSecret: Trap = {
  id: 'dropped',
  title: 'The dropped secret',
  seed: 'If you change that secret and do not accept the old one through cookie rotations, existing session cookies become unreadable across the fleet. That is effective during a serious security event, but it logs out everyone.',
  code: sourceOf('rotated-secret.ts', 'openAfterDrop'),
  compilerNote: 'Nothing: dropping a secret is a decision, and sometimes the right one.',
  buttons: [{ action: 'run', label: 'Drop the secret' }],
  run: ({ cookie }) => ({
    headline: 'Your cookie cannot be read any more, and neither can anybody’s.',
    facts: [
      { label: 'sessions.open()', text: JSON.stringify(openAfterDrop(cookie)), isCode: true },
      ...(kind === 'rails' ? [NO_KEY_ID] : []),
    ],
  }),
}
