const [PERCENT, PLUS, SLASH, EQUALS] = [0x25, 0x2b, 0x2f, 0x3d]
const [TWO, THREE, B, D, F] = [0x32, 0x33, 0x42, 0x44, 0x46]
const target = Buffer.allocUnsafeSlow(3 * 4096)

/**
 * A value as Rack writes it into Set-Cookie: percent-encoded, which of a message's characters `+`, `/` and `=` need.
 * `encodeURIComponent` gives the same and takes half as long as the encryption.
 */
export function escapeValue(message: string): string {
  if (message.length > target.length / 3) return encodeURIComponent(message)
  // The message goes to the end of the target, where what is written never reaches what is still to be read.
  let from = target.length - message.length
  target.write(message, from, 'latin1')
  let end = 0
  for (; from < target.length; from++) {
    const code = target[from] as number // as: `from` is below the length
    if (code !== PLUS && code !== SLASH && code !== EQUALS) target[end++] = code
    else {
      target[end++] = PERCENT
      target[end++] = code === EQUALS ? THREE : TWO
      target[end++] = code === PLUS ? B : code === SLASH ? F : D
    }
  }
  return target.toString('latin1', 0, end)
}

/** A value as Rack reads it: form-style, so that a bare `+` is a blank. `undefined` where it is no percent-encoding. */
export function unescapeValue(text: string): string | undefined {
  try {
    return decodeURIComponent(text.includes('+') ? text.replaceAll('+', ' ') : text)
  } catch {
    return undefined
  }
}
