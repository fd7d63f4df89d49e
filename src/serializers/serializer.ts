/** What JSON can say, and nothing else. */
export type Json = string | number | boolean | null | Json[] | JsonObject

/** An object without a prototype: `toString` and `__proto__` are keys like any other, and not there. */
export interface JsonObject {
  [key: string]: Json
}

/**
 * Turns session data into text and back.
 *
 * `load` throws (anything) when the text is not acceptable; whoever opens a cookie turns that into `malformed`.
 */
export interface Serializer {
  readonly name: string
  dump(data: JsonObject): string
  load(text: string): JsonObject
}
