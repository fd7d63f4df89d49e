import type { SecretInput } from '../../src/sealing/secrets.ts'
import type { Payload } from '../../src/sealing/payload.ts'
import { fromHex, type Bytes } from '../sealing/independent-base64url.ts'
import { secretBytes, type Content } from '../sealing/independent-compact.ts'
import compact from './compact.json' with { type: 'json' }
import signed from './signed.json' with { type: 'json' }

/** One seal and all that it was made of. Hexadecimal where bytes are meant. */
export type Vector = Content & {
  name: string
  about: string
  secret?: string
  secretHex?: string
  /** The first secret of the ring, where the seal is older than the last rotation. */
  current?: string
  keyId: string
  purpose: string
  subKey: string
  sealed: string
}
export type CompactVector = Vector & { salt: string; nonce: string }

// as, both: TypeScript sees text where a vector says which kind it is of; the tests check every field
export const COMPACT_VECTORS = compact as readonly object[] as readonly CompactVector[]
export const SIGNED_VECTORS = signed as readonly object[] as readonly Vector[]

export function compactVector(name: string): CompactVector {
  const vector = COMPACT_VECTORS.find((candidate) => candidate.name === name)
  if (vector === undefined) throw new Error(`no vector ${name}`)
  return vector
}

/** The secret as an application would give it. */
export function givenSecret(vector: Vector): SecretInput {
  return vector.secret ?? fromHex(vector.secretHex ?? '')
}

/** The ring as an application would configure it. */
export function givenRing(vector: Vector): SecretInput[] {
  return vector.current === undefined ? [givenSecret(vector)] : [vector.current, givenSecret(vector)]
}

/** The secret as key material, by the rules of the page. */
export function keyMaterial(vector: Vector): Bytes {
  return vector.secret === undefined ? fromHex(vector.secretHex ?? '') : secretBytes(vector.secret)
}

/** The fields that were sealed, and no others. */
export function contentOf(vector: Vector): Content {
  const { created, json } = vector
  if (vector.kind === 'value') return { kind: 'value', created, expires: vector.expires, json }
  return { kind: 'session', persistent: vector.persistent, created, slid: vector.slid, id: vector.id, json }
}

/** The same as the package's own functions take it. */
export function payloadOf(vector: Vector): Payload {
  const content = contentOf(vector)
  return content.kind === 'value' ? { ...content, expires: content.expires ?? undefined } : content
}
