import { isJsonObject, nullObject } from '../serializers/plain.ts'
import type { Json, JsonObject } from '../serializers/serializer.ts'

/** What lets somebody in among the claims of whoever is signed in: the secret of a record, the token on the user's own row. */
const PROOF: ReadonlySet<string> = new Set(['secret', 'token'])

/** Claims as a store may hold them: whoever reads the store signs in as nobody. */
export function factsOf(claims: Json): Json {
  return isJsonObject(claims) ? pick(claims, (name) => !PROOF.has(name)) : claims
}

/** What the cookie of a stored session carries of its claims, sealed; `undefined` where there is nothing to carry. */
export function proofOf(claims: Json | undefined): JsonObject | undefined {
  if (!isJsonObject(claims)) return undefined
  const proof = pick(claims, (name) => PROOF.has(name))
  return Object.keys(proof).length === 0 ? undefined : proof
}

/** The claims of a stored session: the facts as the store has them, the proof as the cookie does. */
export function withProof(stored: Json, proof: JsonObject | undefined): Json {
  if (!isJsonObject(stored) || proof === undefined) return stored
  return Object.assign(
    pick(stored, (name) => !PROOF.has(name)),
    proof,
  )
}

function pick(claims: JsonObject, isPicked: (name: string) => boolean): JsonObject {
  const picked = nullObject()
  for (const [name, value] of Object.entries(claims)) if (isPicked(name)) picked[name] = value
  return picked
}
