import { isIPv4, isIPv6 } from 'node:net'

/**
 * As much of an address as tells one place from another in a list of devices, and no more: the first 24 bits of IPv4, the
 * first 48 of IPv6, as `203.0.113.0/24` and `2001:db8:1::/48`. `undefined` for what is no address.
 */
export function ipPrefix(address: string): string | undefined {
  const [bare = ''] = address.split('%') // an IPv6 zone, as fe80::1%eth0
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1] ?? bare
  if (isIPv4(mapped)) return `${mapped.split('.').slice(0, 3).join('.')}.0/24`
  if (!isIPv6(bare)) return undefined
  const [head = '', tail] = bare.split('::')
  const groups = head === '' ? [] : head.split(':')
  const missing = tail === undefined ? 0 : 8 - groups.length - countGroups(tail)
  const [first, second, third] = [...groups, ...Array.from({ length: missing }, () => '0'), ...(tail ?? '').split(':')]
  const prefix = [first, second, third].map((group) => Number.parseInt(group ?? '0', 16).toString(16))
  while (prefix.at(-1) === '0') prefix.pop()
  return `${prefix.join(':')}::/48`
}

/** An IPv4 tail, as in `64:ff9b::192.0.2.1`, stands for two groups. */
function countGroups(tail: string): number {
  if (tail === '') return 0
  return tail.split(':').length + (tail.includes('.') ? 1 : 0)
}
