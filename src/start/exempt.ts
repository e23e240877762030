import { BlockList } from 'node:net'

/** Tests whether an address is one of these addresses or lies in one of these networks (`10.0.0.0/8`). */
export const createExempt = (list: string[]): ((address: string) => boolean) => {
  if (list.length === 0) return () => false
  const known = new BlockList()
  for (const item of list) {
    const [address = '', bits] = item.split('/')
    const family = address.includes(':') ? 'ipv6' : 'ipv4'
    if (bits === undefined) known.addAddress(address, family)
    else known.addSubnet(address, Number(bits), family)
  }
  return (address) => known.check(address, address.includes(':') ? 'ipv6' : 'ipv4')
}
