import type { Result } from '#lib/result'
import type { CallRecord } from './records.ts'
import type { Refusal } from './refusals.ts'

/** Media as the core sees it, in the manner of rtpengine's ng protocol: session descriptions in, session descriptions out. */
export type Media = {
  /**
   * Takes the description that `side` offers and gives the one to offer to the other side, with Tandem's own
   * addresses in it. Also for every later offer of the call, from either side.
   */
  offer(call: string, side: Side, sdp: string, options?: MediaOptions): Promise<Result<string, Refusal>>
  /** Takes the answer of `side` (which was offered to) and gives the one to return to the offerer. */
  answer(call: string, side: Side, sdp: string): Promise<Result<string, Refusal>>
  /** Answers the offer of `side` by itself and sends back whatever arrives (the echo service). */
  echo(call: string, side: Side, sdp: string, options?: MediaOptions): Promise<Result<string, Refusal>>
  /**
   * Offers to `side` by itself: speech in the usual codecs. Its `answer` comes back as it is, and from then on whatever
   * arrives is sent back.
   */
  invite(call: string, side: Side, options?: MediaOptions): Promise<Result<string, Refusal>>
  /** Frees everything of the call; unknown calls are ignored. */
  close(call: string): void
  /** What flowed so far, one entry per medium of the side. */
  stats(call: string, side: Side): Promise<MediumStats[]>
}

/** Which party of the call: the one who called, or the one who was called. */
export type Side = 'caller' | 'callee'

/** `listener`: index of the sip_addr item whose address and port range serve each side. */
export type MediaOptions = {
  callerListener?: number
  calleeListener?: number
  /** Our own address as that party reaches it: told to it where the listener stands on all of the machine's addresses. */
  callerAddress?: string
  calleeAddress?: string
}

export type MediumStats = {
  type: 'audio' | 'video' | 'other'
  dir: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'
  rtpAddr: string
  rtpRecv: number
  rtpSend: number
  rtcpAddr: string
  rtcpRecv: number
  rtcpSend: number
}

/** What the engine tells by itself. `silentMs`: for how long neither RTP nor RTCP came from either side while media were active. */
export type MediaEvents = {
  onSilent(call: string, silentMs: number): void
  onDtmf(call: string, side: Side, digit: string, durationMs: number): void
  /** After `close`: what had flowed. Not told of calls in which nothing did. */
  onClosed?(call: string, flowed: Record<Side, MediumStats[]>): void
}

/** A binding as it is kept: what a registration left behind, RFC 3261 §10. Times are wall clock milliseconds. */
export type StoredBinding = {
  /** Private identity, and the contact that distinguishes the binding within it. */
  impi: string
  contact: string
  /** JSON of the rest: the registrar's own business. */
  data: string
  expiresAtMs: number
}

/** All promises resolve after commit and fsync; a rejected one means that nothing was kept. */
export type Store = {
  /** The sequence number of a SIM, 48 bit; undefined when none was kept yet. */
  loadSqns(): Promise<Map<string, bigint>>
  saveSqn(impi: string, sqn: bigint): Promise<void>
  loadBindings(): Promise<StoredBinding[]>
  /** Grouped in the background; the last one for an (impi, contact) wins. */
  saveBinding(binding: StoredBinding): void
  deleteBinding(impi: string, contact: string): void
  /** Inserts or replaces by id, grouped in the background, in order. */
  saveCall(record: CallRecord): void
  /** Closes the records that a dead process left open; gives how many. */
  closeOpenCalls(cause: string): Promise<number>
  listCalls(query: { limit: number; before?: number; user?: string }): Promise<CallRecord[]>
  /** Small settings: generated secrets, password hashes. */
  getSetting(key: string): Promise<string | undefined>
  setSetting(key: string, value: string): Promise<void>
  /** Everything handed over so far is on disk. */
  flush(): Promise<void>
  close(): Promise<void>
}
