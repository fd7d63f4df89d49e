/** A value as Rack writes it into Set-Cookie: percent-encoded, `+`, `/` and `=` included. */
export function escapeValue(value: string): string {
  return encodeURIComponent(value)
}

/** A value as Rack reads it: form-style, so that a bare `+` is a blank. `undefined` where it is no percent-encoding. */
export function unescapeValue(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}
