import type { PhonePorts } from '#admin'
import { sourceOf } from '#core'
import { wired } from '#lib/text'
import { isExtension, isRefused, type Upstream } from '#webphone'

const MOST_ASKING = 4
/** Nobody has that number there. */
const UNKNOWN = -404

/** Who is an extension of another exchange is let in by that one. */
export const createExchangeLogins = (
  upstream: Pick<Upstream, 'prove'>,
): NonNullable<PhonePorts['exchange']> => {
  // Failures count when they are known: until then nobody shall make more than a few, by whichever address of its network.
  const asking = new Map<string, number>()
  const add = (source: string, by: number): void => {
    const left = (asking.get(source) ?? 0) + by
    if (left > 0) asking.set(source, left)
    else asking.delete(source)
  }
  return {
    async prove(tel, password, address) {
      if (!isExtension(tel) || password === '') return 'wrong'
      const source = sourceOf(address)
      if ((asking.get(source) ?? 0) >= MOST_ASKING) return 'busy'
      add(source, 1)
      try {
        const proven = await upstream.prove({ tel, user: tel, password: wired(password) })
        if (proven.ok) return { ...proven.value, password }
        if (proven.error === 'full') return 'full'
        const { code } = proven.error
        return isRefused(code) || code === UNKNOWN ? 'wrong' : 'away'
      } finally {
        add(source, -1)
      }
    },
  }
}
