import { randomBytes } from 'node:crypto'

/** Letters and digits only, so that it stands in any JSON as it is. */
export const TEXT = 'marker7in7the7clear'

/** The text with so many characters more, which is how a cookie's length is varied. */
export function textOf(padding: number): string {
  return TEXT + 'x'.repeat(padding)
}

/** 5,000 characters that cannot be compressed. */
const LARGE = randomBytes(3750).toString('base64url')

/** What `/write?value=…&padding=…` stores. */
export function valueOf(kind: string | null, padding: number): unknown {
  if (kind === 'text') return textOf(padding)
  if (kind === 'large') return LARGE
  if (kind === 'date') return new Date()
  throw new RangeError(`no value ${kind}`)
}
