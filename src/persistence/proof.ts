import { isJsonObject, nullObject } from '../serializers/plain.ts'
import type { Json, JsonObject } from '../serializers/serializer.ts'

/** What lets somebody in among the claims of whoever is signed in: the secret of a record, the token on the user's own row. */
const PROOF: readonly string[] = ['secret', 'token']

/** Claims as a store may hold them: whoever reads the store signs in as nobody. */
export function factsOf(claims: Json): Json {
  if (!isJsonObject(claims)) return claims
  const facts = Object.assign(nullObject(), claims)
  for (const name of PROOF) delete facts[name]
  return facts
}

/** What the cookie of a stored session carries of its claims, sealed; `undefined` where there is nothing to carry. */
export function proofOf(claims: Json | undefined): JsonObject | undefined {
  if (!isJsonObject(claims)) return undefined
  let proof: JsonObject | undefined
  for (const name of PROOF) {
    const value = claims[name]
    if (value !== undefined) (proof ??= nullObject())[name] = value
  }
  return proof
}

/** Puts the proof that the cookie carries to the facts that the store has. */
export function addProof(facts: Json | undefined, proof: JsonObject | undefined): void {
  if (isJsonObject(facts) && proof !== undefined) Object.assign(facts, proof)
}
