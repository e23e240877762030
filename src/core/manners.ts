import { keep as copy } from '#lib/text'
import type { Binding } from './bindings.ts'

/** How a phone is reached, whoever and wherever it is: phones of one make, on one listener, have it in common. */
export type Manner = Pick<
  Binding,
  'q' | 'transport' | 'listener' | 'path' | 'instance' | 'regId' | 'features' | 'userAgent'
>

const MOST_SHARED = 2000
const MOST_PROGRAM = 200

/** Few programs, few proxies and few hosts are behind many phones: one copy of each name serves all. */
const texts = new Map<string, string>()

export const share = (text: string): string => {
  const known = texts.get(text)
  if (known !== undefined) return known
  const own = copy(text)
  if (texts.size < MOST_SHARED) texts.set(own, own)
  return own
}

const NO_PATH: readonly string[] = []

const copyOf = (wish: Manner): Manner => ({
  q: wish.q,
  transport: wish.transport,
  listener: wish.listener,
  path: wish.path.length === 0 ? NO_PATH : wish.path.map(share),
  instance: wish.instance === undefined ? undefined : copy(wish.instance),
  regId: wish.regId,
  features: copy(wish.features),
  userAgent: share(wish.userAgent.slice(0, MOST_PROGRAM)),
})

const manners = new Map<string, Manner>()

/** One that many share, or a new one of its own texts: a substring would pin its whole datagram. */
export const mannerOf = (wish: Manner): Manner => {
  // What names one phone is nobody else's.
  if (wish.instance !== undefined) return copyOf(wish)
  const { transport, listener, q, regId = '', features, userAgent, path } = wish
  const key = [transport, listener, q, regId, features, userAgent, ...path].join('\n')
  const known = manners.get(key)
  if (known) return known
  const own = copyOf(wish)
  if (manners.size < MOST_SHARED) manners.set(copy(key), own)
  return own
}

export const isSameManner = (a: Manner, b: Manner): boolean =>
  a.transport === b.transport &&
  a.listener === b.listener &&
  a.q === b.q &&
  a.regId === b.regId &&
  a.instance === b.instance &&
  a.features === b.features &&
  a.userAgent === b.userAgent.slice(0, MOST_PROGRAM) &&
  a.path.length === b.path.length &&
  a.path.every((hop, at) => hop === b.path[at])
