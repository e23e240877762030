import type { CallBack, Guard, Guests, PhoneStore, Subscribers } from '#core'
import type { Clock } from '#lib/clock'
import type { Log } from '#lib/log'
import type { Random } from '#lib/random'
import type { PhoneBook } from './book/contract.ts'
import type { PushDesk } from './push/contract.ts'
import type { PhoneSessions, PhoneUser } from './sessions.ts'
import type { PhoneSounds } from './sounds/contract.ts'
import type { Tokens } from './tokens.ts'

/** What pages are told of this server. */
export type PhoneFacts = {
  version: string
  domain: string
  video: { width: number; height: number }
  echo: string | undefined
  maxBlf: number
}

/** `wrong`: it does not let that in; `away`: it says nothing, or nothing of use; `busy`: `source` asks much at once; `full`: all do. */
export type Exchange = {
  prove(
    tel: string,
    password: string,
    source: string,
  ): Promise<PhoneUser | 'wrong' | 'away' | 'busy' | 'full'>
}

export type PhonePorts = {
  facts: PhoneFacts
  /** The folder that Vite built: the phone, and `click-to-call.js`. */
  folder: string
  subscribers: Subscribers
  /** Extensions may be known to another exchange alone: that one judges their passwords. */
  exchange?: Exchange | undefined
  sessions: PhoneSessions
  tokens: Tokens
  store: PhoneStore
  book: PhoneBook
  push: PushDesk
  /** Absent: nothing that is said is kept. */
  sounds?: PhoneSounds | undefined
  guests: Guests
  callBack: CallBack
  /** Where a page that came by this host and scheme finds the WebSocket. */
  socketUrls(host: string, secure: boolean): string[]
  /** Sites that are this one by another name (a reverse proxy): `https://pbx.example`. */
  origins: readonly string[]
  guard: Guard
  clock: Clock
  random: Random
  log: Log
}
