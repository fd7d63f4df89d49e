import type { Decipheriv } from 'node:crypto'

/**
 * Whether what was decrypted is what somebody sealed. Node says no by an error, and an error whose stack nobody reads costs twice
 * what all of the decryption does, which is what a forged cookie is sent for.
 */
export function isAuthentic(decipher: Decipheriv): boolean {
  const { stackTraceLimit } = Error
  try {
    Error.stackTraceLimit = 0
  } catch {
    // Frozen, as some sandboxes have it: then an error has its stack.
  }
  try {
    decipher.final()
    return true
  } catch {
    return false
  } finally {
    try {
      Error.stackTraceLimit = stackTraceLimit
    } catch {
      // Then it was not changed either.
    }
  }
}
