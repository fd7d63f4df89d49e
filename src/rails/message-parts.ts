/**
 * How a message is taken apart. `left`, up to Rails 7.0 for encrypted messages and 6.1 for signed ones: at the
 * separators, and what follows the parts that are needed is ignored. `right`, since then: by fixed lengths from the end,
 * because a URL-safe part may hold a separator.
 */
export type Split = 'left' | 'right'

export const SEPARATOR = '--'

/** @param lengths of the parts at the end; `undefined` where, split from the right, no separator is in front of one */
export function splitParts(text: string, split: Split, lengths: readonly number[]): string[] | undefined {
  return split === 'right' ? splitFromRight(text, lengths) : splitFromLeft(text)
}

/** Ruby's `split('--')`: empty parts at the end are dropped. */
function splitFromLeft(text: string): string[] {
  const parts = text.split(SEPARATOR)
  while (parts.at(-1) === '') parts.pop()
  return parts
}

function splitFromRight(text: string, lengths: readonly number[]): string[] | undefined {
  let at = text.length
  for (const length of lengths) at -= SEPARATOR.length + length
  if (at < 0) return undefined
  const parts = [text.slice(0, at)]
  for (const length of lengths) {
    if (!text.startsWith(SEPARATOR, at)) return undefined
    parts.push(text.slice(at + SEPARATOR.length, at + SEPARATOR.length + length))
    at += SEPARATOR.length + length
  }
  return parts
}
