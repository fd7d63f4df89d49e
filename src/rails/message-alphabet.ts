import { decodeStrict } from './strict-base64.ts'

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

/** How many characters `bytes` bytes take. */
export function encodedLength(bytes: number, alphabet: Alphabet): number {
  return alphabet === 'urlSafe' ? Math.ceil((4 * bytes) / 3) : 4 * Math.ceil(bytes / 3)
}

/** The same parts, each in the URL-safe alphabet: the separators are no base64 and stay. */
export function toUrlSafe(text: string): string {
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/**
 * The parts of those lengths at the end of `text`, and what is in front of them; `undefined` where no separator is
 * between. By length, because a URL-safe part may hold a separator.
 */
export function splitFromRight(text: string, lengths: readonly number[]): string[] | undefined {
  const parts: string[] = []
  let rest = text
  for (const length of lengths.toReversed()) {
    const at = rest.length - length - SEPARATOR.length
    if (at < 0 || !rest.startsWith(SEPARATOR, at)) return undefined
    parts.unshift(rest.slice(at + SEPARATOR.length))
    rest = rest.slice(0, at)
  }
  return [rest, ...parts]
}

export const SEPARATOR = '--'

function toStandard(text: string): string {
  const standard = text.replaceAll('-', '+').replaceAll('_', '/')
  if (standard.endsWith('=') || standard.length % 4 === 0) return standard
  return standard.padEnd(4 * Math.ceil(standard.length / 4), '=')
}
