import type { TrunkSettings } from '#config'
import type { Flow } from '#lib/wire'

/** Whether a request comes from the address of a neighbour that is believed without proof. */
export const createTrusted = (trunks: TrunkSettings[]): ((flow: Flow) => boolean) => {
  const known = new Set<string>()
  for (const { addr, trusted } of trunks) if (trusted) known.add(`${addr.address} ${addr.port}`)
  return known.size === 0 ? () => false : ({ address, port }) => known.has(`${address} ${port}`)
}
