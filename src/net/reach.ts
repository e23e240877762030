import { BlockList, isIP } from 'node:net'

const listOf = (networks: readonly string[]): BlockList => {
  const list = new BlockList()
  for (const network of networks) {
    const [base = '', bits] = network.split('/')
    list.addSubnet(base, Number(bits), base.includes(':') ? 'ipv6' : 'ipv4')
  }
  return list
}

/** Addresses that mean another machine in each place, among them those where clouds tell their secrets. */
const LINK_LOCAL = listOf([
  ...['169.254.0.0/16', '100.100.100.200/32', '192.0.0.192/32'],
  ...['fe80::/10', 'fd00:ec2::254/128'],
])

/** All that no stranger on the Internet can have: RFC 6890 and its followers. */
const NOT_PUBLIC = listOf([
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...['192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15'],
  ...['198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
  ...['::/96', '64:ff9b::/96', '64:ff9b:1::/48', '100::/64', '2001::/32', '2001:db8::/32', '2002::/16'],
  ...['fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8'],
])

/** `::ffff:10.0.0.1`, also written in hexadecimal groups, is the IPv4 address itself. */
const plain = (address: string): string => {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '')
  const mapped = /^(?:0{0,4}:){2,5}(?:0{1,4}:)*ffff:(.+)$/i.exec(bare)?.[1]
  if (mapped === undefined) return bare
  if (isIP(mapped) === 4) return mapped
  const [high, low] = mapped.split(':').map((group) => Number.parseInt(group, 16))
  if (high === undefined || low === undefined) return bare
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

const isIn = (list: BlockList, address: string): boolean => {
  const one = plain(address)
  const family = isIP(one)
  return family === 0 || list.check(one, family === 6 ? 'ipv6' : 'ipv4')
}

/** Whether requests that an operator configured may go there: anywhere but to this link alone. */
export const isBeyondLink = (address: string): boolean => !isIn(LINK_LOCAL, address)
/** Whether requests that a stranger configured may go there. */
export const isPublic = (address: string): boolean => !isIn(NOT_PUBLIC, address)
