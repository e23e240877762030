import type { PhonePorts } from '#admin'
import { sourceOf } from '#core'
import { wired } from '#lib/text'
import type { Upstream } from '#webphone'

const NUMBER = /^[\w.+*#-]{1,64}$/
const MOST_ASKING = 4
const REFUSED = new Set([-401, -403, -404, -407])

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
      if (!NUMBER.test(tel) || password === '') return 'wrong'
      const source = sourceOf(address)
      if ((asking.get(source) ?? 0) >= MOST_ASKING) return 'busy'
      add(source, 1)
      try {
        const proven = await upstream.prove({ tel, user: tel, password: wired(password) })
        if (proven.ok) return { ...proven.value, password }
        if (proven.error === 'full') return 'full'
        return REFUSED.has(proven.error.code) ? 'wrong' : 'away'
      } finally {
        add(source, -1)
      }
    },
  }
}
