import { randomFillSync } from 'node:crypto'

const NONCE_BYTES = 12
const POOL_BYTES = 1024 * NONCE_BYTES

const pool = Buffer.alloc(POOL_BYTES)
let used = POOL_BYTES
let generation = 0

/**
 * Copies 12 fresh random bytes into `target` at `offset`. They come from a pool that is refilled 12 KiB at a time:
 * one system call for 1,024 nonces, which is most of the cost of a seal otherwise.
 */
export function copyNonce(target: Buffer, offset: number): void {
  if (used === POOL_BYTES) {
    randomFillSync(pool)
    used = 0
  }
  // Byte by byte: a call of `set`, `copy` or `fill` takes longer than twelve of these.
  for (let at = offset; at < offset + NONCE_BYTES; at++) {
    target[at] = pool[used] as number // as: the pool is a multiple of what is taken
    pool[used++] = 0 // so that no later bug can hand it out again unnoticed
  }
}

/** 16 fresh random bytes, as a session id or a salt needs them. */
export function randomBytes16(): Buffer {
  return randomFillSync(Buffer.allocUnsafe(16))
}

/**
 * Throws away every random byte drawn in advance; each sealer draws a new salt at its next seal. Call it in a process
 * that was resumed from a snapshot (AWS Lambda SnapStart, CRIU, a cloned VM): two copies of one snapshot would
 * otherwise seal with the same nonces under the same key.
 */
export function reseed(): void {
  pool.fill(0)
  used = POOL_BYTES
  generation++
}

/** Goes up with every `reseed()`; a salt from an earlier generation is stale. */
export function randomGeneration(): number {
  return generation
}
