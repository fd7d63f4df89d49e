import { BlockList, isIPv6 } from 'node:net'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
// What 48 bits leave of ::1. Not the subnet: a BlockList takes every IPv4 address for one in ::ffff:0:0/96.
loopback.addAddress('::', 'ipv6')

const nearby = new BlockList()
nearby.addSubnet('10.0.0.0', 8, 'ipv4')
nearby.addSubnet('172.16.0.0', 12, 'ipv4')
nearby.addSubnet('192.168.0.0', 16, 'ipv4')
nearby.addSubnet('169.254.0.0', 16, 'ipv4')
nearby.addSubnet('fc00::', 7, 'ipv6')
nearby.addSubnet('fe80::', 10, 'ipv6')

/** Where a device is, in words as far as a prefix such as `203.0.113.0/24` tells. */
export function placeName(ipPrefix: string | null): string {
  const [network = ''] = (ipPrefix ?? '').split('/')
  if (ipPrefix === null || network === '') return 'an unknown place'
  const family = isIPv6(network) ? 'ipv6' : 'ipv4'
  if (loopback.check(network, family)) return 'this computer'
  if (nearby.check(network, family)) return 'this network'
  return ipPrefix
}
