import { networkInterfaces } from 'node:os'

export const isWildcard = (address: string): boolean => address === '0.0.0.0' || address === '::'

/** This machine's addresses of one family, loopback and link-local ones aside. */
export const ownAddresses = (family: 'IPv4' | 'IPv6'): string[] =>
  Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses
      .filter((one) => !one.internal && one.family === family && !one.address.startsWith('fe80:'))
      .map(({ address }) => address),
  )

/** What to tell others of an address to listen on: a wildcard stands for the one that they most likely reach, the first. */
export const shownAddress = (address: string): string => {
  if (!isWildcard(address)) return address
  return address === '::' ? (ownAddresses('IPv6')[0] ?? '::1') : (ownAddresses('IPv4')[0] ?? '127.0.0.1')
}

/** What this machine itself may use to reach what listens there. */
export const nearAddress = (address: string): string => {
  if (!isWildcard(address)) return address
  return address === '::' ? '::1' : '127.0.0.1'
}

export const printEndpoint = (address: string, port: number): string =>
  `${address.includes(':') ? `[${address}]` : address}:${port}`
