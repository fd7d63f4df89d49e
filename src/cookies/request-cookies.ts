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

/** So many names are looked for one by one; whoever asks for more has the header taken apart. */
const FEW_NAMES = 4

/** The same for many names: a header of many cookies is not gone through again for each of them. */
export function cookieReader(header: string | undefined): (name: string) => readonly string[] {
  let asked = 0
  let all: ReadonlyMap<string, readonly string[]> | undefined
  return (name) => {
    if (all === undefined && asked++ < FEW_NAMES) return cookieValues(header, name)
    all ??= allCookies(header ?? '')
    return all.get(name) ?? []
  }
}

function allCookies(header: string): ReadonlyMap<string, readonly string[]> {
  const all = new Map<string, string[]>()
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=')
    if (equals < 0) continue
    const begin = afterBlanks(pair, 0, equals)
    const name = pair.slice(begin, beforeBlanks(pair, begin, equals))
    const from = afterBlanks(pair, equals + 1, pair.length)
    const value = pair.slice(from, beforeBlanks(pair, from, pair.length))
    const values = all.get(name)
    if (values === undefined) all.set(name, [value])
    else if (values.length <= MAXIMUM_CANDIDATES && !values.includes(value)) values.push(value)
  }
  return all
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
