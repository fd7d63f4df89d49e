import { MAXIMUM_CANDIDATES } from './open-each.ts'

const SPACE = 0x20
const TAB = 0x09

/**
 * The different values that the Cookie header has for `name`, in the header's order, undecoded; of more than anybody looks at,
 * one too many. Browsers send one cookie a path and domain, so a name may well come twice, and the order says nothing about
 * which one is ours.
 *
 * Around a name and a value blanks and tabs are taken off and nothing else (RFC 6265bis §5.6): what `String.trim` takes for white
 * space is part of another name. The header is gone through once, whatever it holds.
 */
export function cookieValues(header: string | undefined, name: string): string[] {
  const values: string[] = []
  // Cheap for the request that carries no cookie of ours, however many others it brings.
  if (header === undefined || !header.includes(name)) return values
  let equals = -1
  for (let at = 0; at < header.length && values.length <= MAXIMUM_CANDIDATES;) {
    const semicolon = header.indexOf(';', at)
    const end = semicolon < 0 ? header.length : semicolon
    if (equals < at) equals = header.indexOf('=', at)
    if (equals < 0) break
    if (equals < end) {
      const begin = afterBlanks(header, at, equals)
      if (beforeBlanks(header, begin, equals) - begin === name.length && header.startsWith(name, begin)) {
        const from = afterBlanks(header, equals + 1, end)
        const value = header.slice(from, beforeBlanks(header, from, end))
        if (!values.includes(value)) values.push(value)
      }
    }
    at = end + 1
  }
  return values
}

function afterBlanks(text: string, from: number, to: number): number {
  let at = from
  while (at < to && isBlank(text.charCodeAt(at))) at++
  return at
}

function beforeBlanks(text: string, from: number, to: number): number {
  let at = to
  while (at > from && isBlank(text.charCodeAt(at - 1))) at--
  return at
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB
}

/** Percent-decodes a value; one that is no percent-encoding (`%E0%A4%A`) stays as it came. */
export function decodeValue(value: string): string {
  if (!value.includes('%')) return value
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
