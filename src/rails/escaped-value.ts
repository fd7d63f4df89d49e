/**
 * A value as Rack writes it into Set-Cookie: percent-encoded, which of a message's characters `+`, `/` and `=` need.
 * `encodeURIComponent` gives the same, takes longer, and throws for half a surrogate pair.
 */
export function escapeValue(message: string): string {
  return message.replaceAll('+', '%2B').replaceAll('/', '%2F').replaceAll('=', '%3D')
}

/** A value as Rack reads it: form-style, so that a bare `+` is a blank. `undefined` where it is no percent-encoding. */
export function unescapeValue(text: string): string | undefined {
  try {
    return decodeURIComponent(text.includes('+') ? text.replaceAll('+', ' ') : text)
  } catch {
    return undefined
  }
}
