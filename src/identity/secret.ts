import { hash, randomBytes, timingSafeEqual } from 'node:crypto'

/** 256 random bits as 43 characters of base64url: what makes a cookie the owner's. The registry holds its hash alone. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** 128 random bits as 22 characters of base64url: names a user session in lists and URLs, and opens nothing. */
export function newHandle(): string {
  return randomBytes(16).toString('base64url')
}

/** SHA-256, 32 bytes. A fast hash is enough: there is nothing to guess among 2²⁵⁶. */
export function hashSecret(secret: string): Buffer {
  return hash('sha256', secret, 'buffer')
}

/** Compares in constant time. */
export function isSecret(secret: string, secretHash: Uint8Array): boolean {
  const given = hashSecret(secret)
  return secretHash.length === given.length && timingSafeEqual(given, secretHash)
}
