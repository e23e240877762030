import { type LookupAddress, lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/**
 * Where webhooks never go, whatever a name resolves to: link-local addresses, among them those where clouds hand out
 * credentials (169.254.169.254, fd00:ec2::254). Private networks and loopback are where operators' applications live.
 */
const forbidden = new BlockList()
forbidden.addSubnet('169.254.0.0', 16, 'ipv4')
forbidden.addSubnet('fe80::', 10, 'ipv6')
forbidden.addAddress('fd00:ec2::254', 'ipv6')

/** IPv4 in IPv6 spelling (::ffff:0:0/96) is found by its IPv4 subnets. */
const isForbidden = (address: string): boolean =>
  forbidden.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

export const FORBIDDEN = 'a link-local address, where webhooks never go'

/** Why this URL is no target as it stands; undefined: its name is still to be resolved. */
export const targetFault = ({ hostname }: URL): string | undefined => {
  const address = hostname.replace(/^\[|\]$/g, '')
  return isIP(address) !== 0 && isForbidden(address) ? FORBIDDEN : undefined
}

/** Resolves names as ever, and fails where an answer is forbidden: checked where the connection takes its address from. */
export const guardedLookup: LookupFunction = (hostname, options, done) => {
  lookup(hostname, options, (error, found: string | LookupAddress[], family) => {
    if (error) return done(error, '', 0)
    const addresses = Array.isArray(found) ? found.map(({ address }) => address) : [found]
    if (addresses.some(isForbidden)) return done(new Error(FORBIDDEN), '', 0)
    done(null, found, family)
  })
}
