import assert from 'node:assert/strict'
import { CookieJar, createSealer, createSessions } from 'coatcheck'
import { COMPACT_VECTORS, givenRing, givenSecret, SIGNED_VECTORS, type Vector } from '../../vectors/vectors.ts'
import type { RuntimeCase } from '../case.ts'

/** The frozen vectors of `docs/format.md`, which other implementations are held to as well. */
export const vectorCases: readonly RuntimeCase[] = [
  ...COMPACT_VECTORS.map((vector) => ({
    name: `the sealed vector "${vector.name}" opens to what was sealed, and with any character changed to nothing`,
    check() {
      assert.deepEqual(opened(vector, vector.sealed), vector.name === 'late session' ? TOO_OLD : vector.json)
      for (const at of places(vector.sealed)) {
        const changed = vector.sealed.slice(0, at) + other(vector.sealed.charAt(at)) + vector.sealed.slice(at + 1)
        assert.match(opened(vector, changed), /^(?:malformed|tampered|unknown-secret)$/, `character ${at}`)
      }
    },
  })),
  ...SIGNED_VECTORS.map((vector) => ({
    name: `the signed vector "${vector.name}" opens to what was signed, and is signed to the same bytes`,
    check() {
      const { name, jar } = jarWith(vector, vector.sealed)
      assert.equal(JSON.stringify(jar.signed.get(name)), vector.json)
      const signing = new CookieJar({
        secrets: [givenSecret(vector)],
        secure: true,
        clock: () => vector.created * 1000,
      })
      const expiry =
        vector.kind === 'value' && vector.expires !== null ? { expires: new Date(vector.expires * 1000) } : {}
      signing.signed.set(name, JSON.parse(vector.json), expiry)
      assert.equal(signing.commit()[0]?.split(';')[0], `${name}=${vector.sealed}`)
    },
  })),
]

/** It began 68 years before it was last used. */
const TOO_OLD = 'expired-absolute'

/** The JSON that a cookie or value holds under the secrets of a vector, or the reason why it does not open. */
function opened(vector: Vector, sealed: string): string {
  const secrets = givenRing(vector)
  const { purpose } = vector
  if (vector.kind === 'session') {
    const clock = (): number => vector.slid * 1000
    const found = createSessions({ name: purpose.slice('cookie.'.length), secrets, clock }).open(sealed)
    return found.ok ? JSON.stringify(found.data) : found.reason
  }
  if (purpose.startsWith('cookie.')) {
    const { name, jar } = jarWith(vector, sealed)
    const value = jar.encrypted.get(name)
    return value === undefined ? 'tampered' : JSON.stringify(value)
  }
  const found = createSealer({ secrets, purpose, clock: () => vector.created * 1000 }).open(sealed)
  return found.ok ? JSON.stringify(found.value) : found.reason
}

function jarWith(vector: Vector, sealed: string): { name: string; jar: CookieJar } {
  const name = vector.purpose.slice('cookie.'.length)
  const clock = (): number => vector.created * 1000
  return { name, jar: new CookieJar({ secrets: givenRing(vector), cookieHeader: `${name}=${sealed}`, clock }) }
}

/** Every place of a short text; of the long one those around its seams, and every fiftieth. */
function places(text: string): number[] {
  return Array.from({ length: text.length }, (_, at) => at).filter(
    (at) => at < 200 || at % 50 === 0 || at > text.length - 30,
  )
}

function other(character: string): string {
  return character === 'A' ? 'B' : 'A'
}
