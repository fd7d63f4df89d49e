import { randomBytes, scrypt, scryptSync, timingSafeEqual, type ScryptOptions } from 'node:crypto'
import { promisify } from 'node:util'

/** OWASP's second choice for scrypt: 32 MiB and some 200 ms a guess. Node refuses more than 32 MiB unless told so. */
const COST: ScryptOptions = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 2 ** 20 }
const KEY_BYTES = 32

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt)

/** `salt.key`, both base64url. Synchronous, for the seed. */
export function hashPassword(password: string): string {
  const salt = randomBytes(16)
  const key = scryptSync(password, salt, KEY_BYTES, COST)
  return `${salt.toString('base64url')}.${key.toString('base64url')}`
}

/** A hash that no password has, at the price of a real one. */
const NOBODY = `${randomBytes(16).toString('base64url')}.${randomBytes(KEY_BYTES).toString('base64url')}`

/**
 * Whether `password` is the one behind `hash`. An unknown user (`undefined`) takes as long as a known one, so that time
 * does not tell who has an account here.
 */
export async function verifyPassword(password: string, hash: string | undefined): Promise<boolean> {
  const [salt = '', key = ''] = (hash ?? NOBODY).split('.')
  const expected = Buffer.from(key, 'base64url')
  const derived = await derive(password, Buffer.from(salt, 'base64url'), KEY_BYTES, COST)
  return timingSafeEqual(derived, expected) && hash !== undefined
}
