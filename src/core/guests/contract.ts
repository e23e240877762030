import type { Result } from '#lib/result'
import type { Caller, Dialled } from '../call-ports.ts'
import type { GuestCall } from '../records.ts'
import type { Refusal } from '../refusals.ts'

/** Who may call without an account, and how much of it there may be. Read at each use. */
export type GuestPlan = {
  enabled: boolean
  /** Whom they see calling: the account of click to call. */
  caller: Caller
  /** Whom guests may call: numbers and names, `*` for any characters, `?` for one. */
  allow: readonly string[]
  /** Numbers of visitors that may be called back, in the same manner; none: nobody is. */
  callBack: readonly string[]
  /** Web sites that may, besides this server's own pages: `https://shop.example`. */
  origins: readonly string[]
  ctiHeader: string
  skillHeader: string
  /** Of one address, in an hour. */
  perHour: number
  /** Of all, in a minute. */
  perMinute: number
  mostCalls: number
  /** Of one call, and of all in 24 hours. */
  callMinutes: number
  dayMinutes: number
}

/** From where somebody asks: its address, the page's site, and the host that it asked for (Origin, Host). */
export type GuestPlace = { address: string; origin?: string; host?: string }

/** A call that a guest wants. Without a ticket the connection itself has been looked at (nonce). */
export type GuestWish = GuestPlace & {
  to: string
  ticket?: string
  disp?: string
  from?: string
  cti?: string
  skill?: string
}

/** What exactly stood against it: pages say it in their visitor's language. `often`: of one address; `busy`: of all. */
export type GuestFault =
  | 'off'
  | 'site'
  | 'no-number'
  | 'not-allowed'
  | 'often'
  | 'busy'
  | 'used-up'
  | 'ticket'
  | 'wrong-number'
  | 'no-call-back'
  | 'nobody-there'
  | 'unknown'
  | 'refused'

/** `not-authorised`: no valid ticket. `overloaded`: a cap is reached. `reason` is a sentence for people. */
export type GuestRefusal = {
  why: Extract<Refusal, 'bad-request' | 'forbidden' | 'not-authorised' | 'overloaded'>
  code: GuestFault
  reason: string
}

/** May be called now. `guest` and `headers` go into the `CallOffer`; by `guest` the call is known again. */
export type GuestPass = {
  caller: Caller
  dialled: Dialled
  guest: GuestCall
  /** Header fields for phones: CTI and skill data. */
  headers: [name: string, value: string][]
  /** No call came of it. */
  release(): void
}

/** `mostS`: how long the call may last. */
export type GuestTicket = { ticket: string; expiresS: number; mostS: number }

export type Guests = {
  readonly enabled: boolean
  /** The page's site may ask: its own host, or one of `origins`. */
  welcomes(place: GuestPlace): boolean
  /** For one call to this number within a minute; counts against the caps. */
  ticket(wish: GuestPlace & { to: string }): Result<GuestTicket, GuestRefusal>
  /** A call by web: takes a place among the simultaneous ones until it ends. */
  admit(wish: GuestWish): Result<GuestPass, GuestRefusal>
  /** The same for calling a visitor back at `number`. */
  admitCallBack(wish: GuestWish & { number: string }): Result<GuestPass & { visitor: Dialled }, GuestRefusal>
}
