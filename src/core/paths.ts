import type { Endpoint, Transport } from '#lib/wire'
import type { Binding } from './bindings.ts'
import type { Subscriber } from './subscribers.ts'

const keyOf = (transport: Transport, { address, port }: Endpoint): string => `${transport} ${address} ${port}`

/** Only whom its path may prove has a place here: most phones prove themselves again for every call. */
const isPlaced = ({ subscriber }: Binding): boolean =>
  subscriber.sim !== undefined || subscriber.proveOnRegisterOnly

/** Bindings by the path they came by. */
export const createPaths = () => {
  // Sets: behind one proxy there may be ten thousand phones on one path.
  const byPath = new Map<string, Set<Binding>>()
  return {
    add(binding: Binding): void {
      if (!isPlaced(binding)) return
      const key = keyOf(binding.transport, binding)
      const set = byPath.get(key)
      if (set) set.add(binding)
      else byPath.set(key, new Set([binding]))
    },
    remove(binding: Binding): void {
      if (!isPlaced(binding)) return
      const key = keyOf(binding.transport, binding)
      const set = byPath.get(key)
      if (set?.delete(binding) && set.size === 0) byPath.delete(key)
    },
    ownerOf(transport: Transport, at: Endpoint): Subscriber | undefined {
      const set = byPath.get(keyOf(transport, at))
      let owner: Subscriber | undefined
      for (const { subscriber } of set ?? []) {
        if (owner !== undefined && owner !== subscriber) return undefined
        owner = subscriber
      }
      return owner
    },
    get size(): number {
      return byPath.size
    },
  }
}
