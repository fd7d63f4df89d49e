/** JSON of an object with these properties. */
export function objectText(properties: Iterable<readonly [string, unknown]>): string {
  return JSON.stringify(Object.fromEntries(properties))
}

/** Text in JSON, quotes included. */
const TEXT = /"[^"\\]*(?:\\.[^"\\]*)*"/g

/**
 * The entries in a JSON object whose values are all text. Read as a list, because V8 12.8 to 14.6 at least takes a name with
 * escapes in it for another one, where it has read an object before that had that other one: `"` for `\`
 * (https://github.com/nodejs/node/issues/63785).
 */
export function readEntries(object: string): ReadonlyMap<string, string> {
  const texts = JSON.parse(`[${object.match(TEXT)?.join(',') ?? ''}]`) as string[] // as: it is a list of text
  const entries = new Map<string, string>()
  for (let at = 0; at < texts.length; at += 2) entries.set(texts[at] ?? '', texts[at + 1] ?? '')
  return entries
}
