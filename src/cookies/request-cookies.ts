import { parseCookie } from 'cookie'

const UNDECODED = { decode: (text: string): string => text }

/**
 * Every value that the Cookie header has for `name`, in the header's order, undecoded. Browsers send one cookie a
 * path and domain, so a name may well come twice, and the order says nothing about which one is ours.
 */
export function cookieValues(header: string | undefined, name: string): string[] {
  const values: string[] = []
  // Cheap for the request that carries no cookie of ours, however many others it brings.
  if (header === undefined || !header.includes(name)) return values
  for (const pair of header.split(';')) {
    if (!pair.includes(name)) continue
    const value = parseCookie(pair, UNDECODED)[name]
    if (value !== undefined) values.push(value)
  }
  return values
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
