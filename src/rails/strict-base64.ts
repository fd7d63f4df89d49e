/**
 * Strict base64 as Ruby's `Base64.strict_decode64`: standard alphabet, padding, no line breaks, and zero in the bits of
 * the last character that carry no data. `undefined` for anything else. Node's own decoder accepts almost everything.
 */
export function decodeStrict(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}
