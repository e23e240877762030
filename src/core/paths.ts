import type { Endpoint, Transport } from '#lib/wire'
import type { Binding } from './bindings.ts'
import type { Subscriber } from './subscribers.ts'

const keyOf = (transport: Transport, { address, port }: Endpoint): string => `${transport} ${address} ${port}`

/** Only whom its path may prove has a place here: most phones prove themselves again for every call. */
const isPlaced = ({ subscriber }: Binding): boolean =>
  subscriber.sim !== undefined || subscriber.proveOnRegisterOnly

/** Bindings by the path they came by. */
export const createPaths = () => {
  const byPath = new Map<string, Binding[]>()
  return {
    add(binding: Binding): void {
      if (!isPlaced(binding)) return
      const key = keyOf(binding.transport, binding)
      const list = byPath.get(key)
      if (list) list.push(binding)
      else byPath.set(key, [binding])
    },
    remove(binding: Binding): void {
      if (!isPlaced(binding)) return
      const key = keyOf(binding.transport, binding)
      const rest = (byPath.get(key) ?? []).filter((other) => other !== binding)
      if (rest.length > 0) byPath.set(key, rest)
      else byPath.delete(key)
    },
    ownerOf(transport: Transport, at: Endpoint): Subscriber | undefined {
      const list = byPath.get(keyOf(transport, at))
      const owner = list?.[0]?.subscriber
      return list?.every(({ subscriber }) => subscriber === owner) ? owner : undefined
    },
    get size(): number {
      return byPath.size
    },
  }
}
