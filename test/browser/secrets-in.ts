import { createHash } from 'node:crypto'

const SECRET_LENGTH = 43

export function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** Every piece of a text that is a secret with one of these SHA-256 hashes, or is such a hash itself. */
export function secretsIn(text: string, hashes: readonly Buffer[]): string[] {
  const known = new Set(hashes.map((hash) => hash.toString('hex')))
  const found = [...known].filter((hex) => text.includes(hex))
  for (const [run] of text.matchAll(/[\w-]{43,}/g)) {
    for (let at = 0; at + SECRET_LENGTH <= run.length; at++) {
      const piece = run.slice(at, at + SECRET_LENGTH)
      if (known.has(sha256(piece).toString('hex'))) found.push(piece)
    }
  }
  return found
}
