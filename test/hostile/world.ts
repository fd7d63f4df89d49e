/**
 * A fixed world for hostile input: the cookies are the published vectors, the clock stands where they were made, and an
 * oracle of its own says what each text deserves. Nothing in it is random, so a failure repeats.
 */
import { createSessions, type RefusedReason, type SessionEvent, type Sessions } from '../../src/index.ts'
import { fromBase64url, toHex } from '../sealing/independent-base64url.ts'
import { compactVector, keyMaterial, type CompactVector } from '../vectors/vectors.ts'
import { mintCompact, type Content } from '../sealing/independent-compact.ts'

export const NAME = 'session'
export const CURRENT: CompactVector = compactVector('session')
export const PREVIOUS: CompactVector = compactVector('previous secret')
export const DROPPED: CompactVector = compactVector('long secret')

/** The text of a vector's secret. */
export function secretOf(vector: CompactVector): string {
  return vector.secret ?? ''
}

/** Seconds since 1970: a quarter of an hour after the vectors' sessions began, when they were last written. */
export const NOW: number = CURRENT.kind === 'session' ? CURRENT.slid : 0

export const RING: readonly string[] = [secretOf(CURRENT), secretOf(PREVIOUS)]

/** Sessions whose secrets are those of the vectors, at the vectors' time; hears every event. */
export function makeSessions(
  overrides: { secrets?: readonly string[]; clock?: () => number; onEvent?: (event: SessionEvent) => void } = {},
): Sessions<Record<string, number>> {
  return createSessions({ name: NAME, secrets: RING, clock: () => NOW * 1000, ...overrides })
}

/** Every cookie of ours that opens in this world. */
export const VALID: readonly string[] = ['session', 'empty session', 'unicode', 'previous secret'].map(
  (name) => compactVector(name).sealed,
)

/** The key ids of the ring. */
export const KEY_IDS: ReadonlySet<string> = new Set([CURRENT.keyId, PREVIOUS.keyId])

/**
 * What a cookie that is none of `VALID` deserves, by `docs/format.md`: nobody can make another text that authenticates,
 * so what is well-formed and names a secret of ours was tampered with.
 */
export function deserved(text: string, name: string = NAME): RefusedReason {
  if (Buffer.byteLength(name) + Buffer.byteLength(text) > 4096) return 'too-large'
  return deservedSeal(text)
}

/** The same for a sealed value, which is no cookie and may be of any length. */
export function deservedSeal(text: string): RefusedReason {
  const bytes = fromBase64url(text)
  if (bytes === undefined || bytes.length < 58 || bytes[0] !== 1) return 'malformed'
  return KEY_IDS.has(toHex(bytes.subarray(1, 5))) ? 'tampered' : 'unknown-secret'
}

/** What a signed cookie that nobody signed deserves. */
export function deservedSigned(text: string, name: string): RefusedReason {
  if (Buffer.byteLength(name) + Buffer.byteLength(text) > 4096) return 'too-large'
  const bytes = fromBase64url(text)
  if (bytes === undefined || bytes.length < 46 || bytes[0] !== 2) return 'malformed'
  return KEY_IDS.has(toHex(bytes.subarray(1, 5))) ? 'tampered' : 'unknown-secret'
}

/**
 * Remembers what the prototypes of everything look like; what it gives throws when that has changed since.
 */
export function watchPrototypes(): () => void {
  const look = (): string =>
    [Object, Array, Function, String, Number]
      .map(({ prototype }) => Reflect.ownKeys(prototype).map(String).join())
      .join()
  const before = look()
  return () => {
    if (look() !== before) throw new Error('a prototype was changed')
  }
}

let minted = 0

/** An authentic seal, with any content, that our own `seal()` would not make. */
export async function mint(
  content: Content | string | readonly number[],
  { purpose = `cookie.${NAME}`, vector = CURRENT }: { purpose?: string; vector?: CompactVector } = {},
): Promise<string> {
  minted++
  const salt = new Uint8Array(16).fill(minted & 0xff)
  const nonce = new Uint8Array(12)
  new DataView(nonce.buffer).setUint32(0, minted, false)
  return mintCompact({ secret: keyMaterial(vector), purpose, salt, nonce, content: wrap(content) })
}

function wrap(content: Content | string | readonly number[]): Content | Uint8Array<ArrayBuffer> {
  if (typeof content === 'string') return sessionContent(content)
  return 'length' in content ? Uint8Array.from(content) : content
}

/** A session of now that holds that text for JSON. */
export function sessionContent(
  json: string,
  times: { created?: number; slid?: number; id?: string } = {},
): Extract<Content, { kind: 'session' }> {
  const id = '00112233445566778899aabbccddeeff'
  return { kind: 'session', persistent: false, created: NOW, slid: NOW, id, json, ...times }
}

/** Random numbers that a seed repeats: 32 bits of xorshift128 at a time, unbiased enough for mutations. */
export class Random {
  readonly #state: [number, number, number, number]

  constructor(seed: number) {
    this.#state = [seed | 0, 0x9e37_79b9, 0x243f_6a88, 0xb7e1_5162]
    for (let round = 0; round < 16; round++) this.next()
  }

  next(): number {
    const state = this.#state
    let t = state[3]
    t ^= t << 11
    t ^= t >>> 8
    state[3] = state[2]
    state[2] = state[1]
    state[1] = state[0]
    state[0] = (t ^ state[0] ^ (state[0] >>> 19)) | 0
    return state[0] >>> 0
  }

  /** A whole number from 0, less than `bound`. */
  below(bound: number): number {
    return this.next() % bound
  }

  pick<Item>(items: ArrayLike<Item> & { at(index: number): Item | undefined }): Item {
    const item = items.at(this.below(items.length))
    if (item === undefined) throw new Error('nothing to pick from')
    return item
  }
}
