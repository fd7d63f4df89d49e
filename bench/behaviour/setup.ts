import { randomBytes } from 'node:crypto'
import type { Secret, Setup } from './contender.ts'

export function newSecret(id = 1): Secret {
  return { id, text: randomBytes(32).toString('base64url') }
}

/** The setup where nothing but the secrets matters. */
export function setupWith(secrets: readonly Secret[] = [newSecret()]): Setup {
  return { secrets, headersArrived: Promise.resolve() }
}
