import { networkInterfaces } from 'node:os'
import type { Settings } from '#config'

/** Where browsers' media are, as the media room needs it. Times are seconds, read at each use. */
export type WebMediaPlan = {
  binds: string[]
  addresses: string[]
  portMin: number
  portMax: number
  limits(): { talking: number; video: number; hold: number }
}

/** The manual's measure, section 2.2.1: so many ports for each call. */
const PORTS_PER_CALL = 20

type Interfaces = ReturnType<typeof networkInterfaces>
type Own = { address: string; family: string; internal: boolean }

/**
 * Of one interface, or of all that lead somewhere; link-local ones are of no use to others. A machine without a network
 * has itself: two tabs of it can still talk.
 */
const ownOf = (name: string, interfaces: Interfaces): Own[] => {
  const all = Object.entries(interfaces)
    .flatMap(([own, addresses = []]) => (name === '' || name === own ? addresses : []))
    .filter(({ address }) => !address.startsWith('fe80:'))
  const leading = all.filter(({ internal }) => name !== '' || !internal)
  return leading.length > 0 ? leading : all
}

/** Undefined: no web phones. `mapped_ip` is told first, since who comes from outside has nothing else. */
export const webMediaPlanOf = (
  { webphone }: Pick<Settings, 'webphone'>,
  interfaces = networkInterfaces(),
): WebMediaPlan | undefined => {
  if (!webphone) return undefined
  const { interface: name, mapped_ip, media_port, max_calls } = webphone
  const own = ownOf(name, interfaces)
  const attached = name === '' ? [] : own.map(({ address }) => address)
  return {
    binds: attached.length > 0 ? attached : ['0.0.0.0', '::'],
    addresses: [...(mapped_ip === '' ? [] : [mapped_ip]), ...own.map(({ address }) => address)],
    portMin: media_port,
    portMax: Math.min(65_535, media_port + max_calls * PORTS_PER_CALL - 1),
    limits: () => ({
      talking: webphone.talking_timeout,
      video: webphone.video_timeout,
      hold: webphone.hold_timeout,
    }),
  }
}
