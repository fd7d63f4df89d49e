import { isIPv4, isIPv6 } from 'node:net'

/** The first groups of an IPv4 address that is written as an IPv6 one (RFC 4291 §2.5.5.2). */
const MAPPED = [0, 0, 0, 0, 0, 0xffff]

/**
 * As much of an address as tells one place from another in a list of devices, and no more: the first 24 bits of IPv4, the
 * first 48 of IPv6, as `203.0.113.0/24` and `2001:db8:1::/48`, whichever way the address is written. `undefined` for what is
 * not an address.
 */
export function ipPrefix(address: string): string | undefined {
  const [bare = ''] = address.split('%') // an IPv6 zone, as fe80::1%eth0
  if (isIPv4(bare)) return `${bare.split('.').slice(0, 3).join('.')}.0/24`
  if (!isIPv6(bare)) return undefined
  const groups = groupsOf(bare)
  if (MAPPED.every((group, at) => groups[at] === group)) {
    const [high = 0, low = 0] = groups.slice(MAPPED.length)
    return `${high >> 8}.${high & 255}.${low >> 8}.0/24`
  }
  const prefix = groups.slice(0, 3).map((group) => group.toString(16))
  while (prefix.at(-1) === '0') prefix.pop()
  return `${prefix.join(':')}::/48`
}

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): number[] {
  const [head = '', tail] = address.split('::')
  const [first, last] = [parse(head), parse(tail ?? '')]
  return [...first, ...Array.from({ length: 8 - first.length - last.length }, () => 0), ...last]
}

/** An IPv4 address at the end, as in `64:ff9b::192.0.2.1`, stands for two groups. */
function parse(part: string): number[] {
  if (part === '') return []
  return part.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)]
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
    return [a * 256 + b, c * 256 + d]
  })
}
