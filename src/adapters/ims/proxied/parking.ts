import type { Timer, Timers } from '#lib/clock'
import type { ProxyAccount, ProxyWish } from './accounts.ts'

/** A page that has shown its password comes by its WebSocket at once. */
const PARKED_MS = 60_000

const isSame = (a: ProxyWish, b: ProxyWish): boolean =>
  a.tel === b.tel &&
  a.user === b.user &&
  a.password === b.password &&
  a.subscriber?.impi === b.subscriber?.impi

/** Extensions that have proved themselves, and whose browser is yet to come: one for each number. */
export const createParking = (timers: Timers) => {
  const parked = new Map<string, { account: ProxyAccount; timer: Timer }>()
  const drop = (tel: string): void => {
    const one = parked.get(tel)
    if (!one) return
    parked.delete(tel)
    one.timer.cancel()
    one.account.leave()
  }
  return {
    put(account: ProxyAccount): void {
      const { tel } = account.wish
      drop(tel)
      parked.set(tel, { account, timer: timers.after(PARKED_MS, () => drop(tel)) })
      account.hear = ({ code }) => {
        if (code !== 0) drop(tel)
      }
    },
    /** The one with that very login, for good. */
    take(wish: ProxyWish): ProxyAccount | undefined {
      const one = parked.get(wish.tel)
      if (!one || !isSame(one.account.wish, wish)) return undefined
      parked.delete(wish.tel)
      one.timer.cancel()
      one.account.hear = undefined
      return one.account
    },
  }
}
