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
  /**
   * Takes the answer of `side` (which was offered to) and gives the one to return to the offerer. `web`: the browser's
   * transport that this answer is of, where several kinds of phones were offered to; undefined: a phone's.
   */
  answer(call: string, side: Side, sdp: string, options?: { web?: string }): Promise<Result<string, Refusal>>
  /** Answers the offer of `side` by itself and sends back whatever arrives (the echo service). */
  echo(call: string, side: Side, sdp: string, options?: MediaOptions): Promise<Result<string, Refusal>>
  /**
   * Offers to `side` by itself: speech in the usual codecs. Its `answer` comes back as it is, and from then on whatever
   * arrives is sent back.
   */
  invite(call: string, side: Side, options?: MediaOptions): Promise<Result<string, Refusal>>
  /**
   * An offer of our own to the browser with that transport; its answer counts as its description, and is given as the
   * `sdp` of the next `offer` or `answer` of its side. `address`: ours as the browser reaches it.
   */
  ask(web: string, options: AskOptions): Promise<Result<string, Refusal>>
  /**
   * The browser's new offer that changes only its way to us (ICE restart, a page that resumed): the answer to it. Its calls
   * go on. Also takes the answer to `ask` where no offer or answer of a call does; the result is then empty.
   */
  refresh(web: string, sdp: string): Promise<Result<string, Refusal>>
  /** The browser of that side speaks in this call from now on, whichever it spoke in before. */
  attach(call: string, side: Side): void
  /** Frees the browser's transport; unknown ones are ignored. */
  leave(web: string): void
  /** Asks that side for a whole picture. A phone that knows no feedback is asked by the core: `onPictureWanted`. */
  picture(call: string, side: Side): void
  /** A telephone-event (RFC 4733) made by the engine: one of 0-9 * # A-D. Later ones wait for earlier ones. */
  dtmf(call: string, towards: Side, digit: string, durationMs: number): void
  /**
   * Keeps what both sides say from now on, in files inside `folder` (absolute, and there) whose names begin with `name`,
   * until `folder` is undefined or the call is closed: `onRecorded` tells of the files. Missing: not here.
   */
  record?(call: string, folder: string | undefined, name: string): Promise<Result<void, Refusal>>
  /**
   * Answers the offer of `side` by itself, plays files, then keeps what comes: `onSpoken` tells of each. A further `script`
   * in the same call takes the place of the one before, whatever of it is left; without one it goes on, and only the
   * description is new. Missing: not here.
   */
  speak?(
    call: string,
    side: Side,
    sdp: string,
    script: Script | undefined,
    options?: MediaOptions,
  ): Promise<Result<string, Refusal>>
  /** Frees everything of the call but browsers' transports, which outlive it; unknown calls are ignored. */
  close(call: string): void
  /** What flowed so far, one entry per medium of the side. */
  stats(call: string, side: Side): Promise<MediumStats[]>
}

/**
 * `play`: absolute names of WAV files, 8000 samples a second, 16 bit, one channel. `record`: where what is heard after
 * them is kept in the same format, and for how long at most.
 */
export type Script = { play: string[]; record?: { path: string; mostS: number } }

/**
 * `played`: all is played, and nothing is to be kept; else why no more is kept: a key, silence, the longest time, or the
 * call's end.
 */
export type SpokenEnd = 'played' | 'key' | 'silence' | 'limit' | 'closed'

/** `side`: whose voice it is; undefined: both. */
export type RecordedFile = { side?: Side; path: string; type: 'audio/wav' | 'audio/ogg'; ms: number }

/** Which party of the call: the one who called, or the one who was called. */
export type Side = 'caller' | 'callee'

/** `listener`: index of the sip_addr item whose address and port range serve each side. */
export type MediaOptions = {
  callerListener?: number
  calleeListener?: number
  /** Our own address as that party reaches it: told to it where the listener stands on all of the machine's addresses. */
  callerAddress?: string
  calleeAddress?: string
  /**
   * That side is a browser with this transport: the engine remembers it for the call. `sdp` is then the browser's own
   * latest description: its offer, or its answer to `ask` or to an earlier offer of ours. A ring to phones of several
   * kinds is offered once for the plain ones and once for each browser: `answer` says which of them won.
   */
  callerWeb?: string
  calleeWeb?: string
}

/** `listener`: index of the sip_addr item to speak by, where the engine's own addresses do not say. */
export type AskOptions = { video: boolean; listener?: number; address?: string }

export type MediumStats = {
  type: 'audio' | 'video' | 'other'
  dir: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'
  rtpAddr: string
  rtpRecv: number
  rtpSend: number
  rtcpAddr: string
  rtcpRecv: number
  rtcpSend: number
  /** Of what that party sends, where it is known: packets that never came, and how unevenly they come. */
  lost?: number
  jitterMs?: number
  /** There and back, as that party's reports tell. */
  rttMs?: number
  /** Of what that party is sent, as it says itself. */
  lostThere?: number
}

/**
 * What the engine tells by itself. `silentMs`: for how long neither RTP nor RTCP came from either side while media were
 * active. `limitMs`, of calls with a browser, which are told of held too: after so long the call is to be given up.
 */
export type MediaEvents = {
  onSilent(call: string, silentMs: number, limitMs?: number): void
  onDtmf(call: string, side: Side, digit: string, durationMs: number): void
  /** That side must be asked for a whole picture by signalling (RFC 5168): it knows no feedback. At most once a second. */
  onPictureWanted?(call: string, side: Side): void
  /**
   * A browser's transport can be spoken by (`up`), or nothing has been heard of the browser for 30 s (RFC 7675 §5.1), or its
   * handshake failed (`lost`), or only another peer connection of its page serves from now on (`anew`). `ask`: the other party
   * speaks another codec now: the browser is to be given what `ask` says, and its answer goes to `refresh`.
   */
  onWeb?(web: string, state: 'up' | 'lost' | 'anew' | 'ask'): void
  /** All that was recorded is in these files, closed. Also after `close`. */
  onRecorded?(call: string, files: RecordedFile[]): void
  /** A script has come to its end; `ms`: how much was kept. After `close` too, where something was being kept. */
  onSpoken?(call: string, end: SpokenEnd, ms: number): void
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
