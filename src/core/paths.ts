import type { Endpoint, Transport } from '#lib/wire'
import type { Binding } from './bindings.ts'
import type { Subscriber } from './subscribers.ts'
import { isWeb } from './web.ts'

const keyOf = (transport: Transport, { address, port }: Endpoint): string => `${transport} ${address} ${port}`

/** Only whom its path may prove has a place here: most phones prove themselves again for every call, browsers otherwise. */
const isPlaced = (binding: Binding): boolean =>
  (binding.subscriber.sim !== undefined || binding.subscriber.proveOnRegisterOnly) && !isWeb(binding)

/** Past so many on one path a proxy stands there, and nobody is proved by it until all have left. */
export const MOST_ON_A_PATH = 16

/** Who is on a path: the only one, some, or how many when they are too many. */
type Place = Binding | Set<Binding> | number

/** Bindings by the path they came by: most alone on theirs, ten thousand behind one proxy as a mere count. */
export const createPaths = () => {
  const places = new Map<string, Place>()

  const joined = (place: Place | undefined, binding: Binding): Place => {
    if (place === undefined) return binding
    if (typeof place === 'number') return place + 1
    if (!(place instanceof Set)) return new Set([place, binding])
    place.add(binding)
    return place.size > MOST_ON_A_PATH ? place.size : place
  }
  /** Undefined when nobody stays. */
  const left = (place: Place, binding: Binding): Place | undefined => {
    if (typeof place === 'number') return place > 1 ? place - 1 : undefined
    if (!(place instanceof Set)) return place === binding ? undefined : place
    place.delete(binding)
    return place.size > 0 ? place : undefined
  }

  return {
    add(binding: Binding): void {
      if (!isPlaced(binding)) return
      const key = keyOf(binding.transport, binding)
      places.set(key, joined(places.get(key), binding))
    },
    /** Only what was added, by the path it was added with. */
    remove(binding: Binding): void {
      if (!isPlaced(binding)) return
      const key = keyOf(binding.transport, binding)
      const place = places.get(key)
      const rest = place === undefined ? undefined : left(place, binding)
      if (rest === undefined) places.delete(key)
      else places.set(key, rest)
    },
    ownerOf(transport: Transport, at: Endpoint): Subscriber | undefined {
      const place = places.get(keyOf(transport, at))
      if (typeof place === 'number' || place === undefined) return undefined
      if (!(place instanceof Set)) return place.subscriber
      let owner: Subscriber | undefined
      for (const { subscriber } of place) {
        if (owner !== undefined && owner !== subscriber) return undefined
        owner = subscriber
      }
      return owner
    },
    get size(): number {
      return places.size
    },
  }
}
