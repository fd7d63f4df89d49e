/** base64 as Rails' messages have it: `standard` with padding, or, with `url_safe`, without and with `-` and `_`. */
export type Alphabet = 'standard' | 'urlSafe'

export function encode(bytes: Buffer, alphabet: Alphabet): string {
  return bytes.toString(alphabet === 'urlSafe' ? 'base64url' : 'base64')
}

/**
 * Ruby's `strict_decode64`, or its `urlsafe_decode64`, which takes `+` and `/` as well, with padding or without.
 * `undefined` for anything else.
 */
export function decode(text: string, alphabet: Alphabet): Buffer | undefined {
  return decodeStrict(alphabet === 'urlSafe' ? toStandard(text) : text)
}

/** Decodes into `target` and tells whether `text` was that many bytes, no less and no more. */
export function decodeWhole(text: string, alphabet: Alphabet, target: Buffer): boolean {
  const standard = alphabet === 'urlSafe' ? toStandard(text) : text
  if (standard.length !== encodedLength(target.length, 'standard')) return false
  return target.write(standard, 'base64') === target.length && target.toString('base64') === standard
}

/**
 * Strict base64 as Ruby's `Base64.strict_decode64`: standard alphabet, padding, no line breaks, and zero in the bits of
 * the last character that carry no data. `undefined` for anything else. Node's own decoder accepts almost everything.
 */
export function decodeStrict(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}

/** How many characters `bytes` bytes take. */
export function encodedLength(bytes: number, alphabet: Alphabet): number {
  return alphabet === 'urlSafe' ? Math.ceil((4 * bytes) / 3) : 4 * Math.ceil(bytes / 3)
}

function toStandard(text: string): string {
  const standard = text.replaceAll('-', '+').replaceAll('_', '/')
  if (standard.endsWith('=') || standard.length % 4 === 0) return standard
  return standard.padEnd(4 * Math.ceil(standard.length / 4), '=')
}
