import type { Turn, WebLeg } from '../commands.ts'
import { EVENT, type Kinds, SPEECH } from '../kinds.ts'
import type { WebPort } from './port.ts'
import { Reception, type Told } from './reception.ts'
import { Stream } from './stream.ts'

/** What happens to a payload type on its way. */
export const [PASS, RESCALE, TO_ALAW, TO_ULAW, PICTURES] = [0, 1, 2, 3, 4]

/** What becomes of a leg's packets, by payload type. */
export type Turns = {
  /** The other side's number; 255: it is not for the other side. */
  to: Uint8Array
  how: Uint8Array
  rate: Uint32Array
  toRate: Uint32Array
  kinds: Kinds
}

const known = new Map<string, Turns>()
/** Browsers and phones are of few kinds; strangers might bring many. */
const MOST_KNOWN = 200

const howOf = ({ how, rate, toRate, codec }: Turn): number => {
  if (how === 'to-alaw') return TO_ALAW
  if (how === 'to-ulaw') return TO_ULAW
  if (how === 'event') return rate === toRate ? PASS : RESCALE
  return codec === 'h264' ? PICTURES : PASS
}

const makeTurns = (turns: readonly Turn[]): Turns => {
  const types = new Uint8Array(128)
  const rates = new Map<number, number>()
  const made: Turns = {
    to: new Uint8Array(128).fill(255),
    how: new Uint8Array(128),
    rate: new Uint32Array(128).fill(8000),
    toRate: new Uint32Array(128).fill(8000),
    kinds: { types, rates },
  }
  for (const turn of turns) {
    const { type } = turn
    made.to[type] = turn.to
    made.how[type] = howOf(turn)
    made.rate[type] = turn.rate
    made.toRate[type] = turn.toRate
    types[type] = turn.how === 'event' ? EVENT : SPEECH
    if (turn.how === 'event') rates.set(type, turn.rate)
  }
  return made
}

const turnsFor = (turns: readonly Turn[]): Turns => {
  const key = JSON.stringify(turns)
  const present = known.get(key)
  if (present) return present
  if (known.size >= MOST_KNOWN) known.clear()
  const made = makeTurns(turns)
  known.set(key, made)
  return made
}

export type Tone = { event: number; ms: number }

/** What a leg has besides, where a browser takes part: streams made anew, and reports about them. */
export class WebSide<Leg> {
  /** The browser's transport; undefined for a telephone. */
  readonly port: WebPort<Leg> | undefined
  /** 0 audio, 1 video. */
  readonly index: number
  /** What the party is sent, and what it sends. A browser's live as long as its transport. */
  readonly stream: Stream
  readonly reception: Reception
  turns: Turns
  event: [type: number, rate: number] | undefined
  feedback = false
  sprop: Uint8Array[] = []
  readonly told: Told = { heard: false, lost: 0, rttMs: -1, jitter: 0 }
  heardMs: number
  /** When it was last asked for a picture, and the count of such requests (RFC 5104 §4.3.1.1). */
  askedMs = Number.NEGATIVE_INFINITY
  asked = 0
  /** Keys that wait, and the one that sounds. */
  readonly tones: Tone[] = []
  tone:
    | { event: number; ms: number; startMs: number; nextMs: number; timestamp: number; ends: number }
    | undefined
  quietUntilMs = 0
  /** Of the last rescaled event: its timestamp as it came and as it goes. */
  eventIn = -1
  eventOut = 0
  /** Timestamp of the picture whose parameter sets were put in. */
  injected = -1

  constructor(plan: WebLeg, index: number, port: WebPort<Leg> | undefined, nowMs: number) {
    this.port = port
    this.index = index
    this.stream = port?.streams[index] ?? new Stream(Math.floor(Math.random() * 0xffff_fffe) + 1)
    this.reception = port?.receptions[index] ?? new Reception()
    this.heardMs = nowMs
    this.turns = turnsFor(plan.turns)
    this.settle(plan, nowMs)
  }

  /** Another description is in force: silence counts from here. */
  settle({ turns, event, feedback, sprop }: WebLeg, nowMs: number): void {
    this.heardMs = nowMs
    this.turns = turnsFor(turns)
    this.event = event
    this.feedback = feedback
    this.sprop = (sprop ?? []).map((text) => Buffer.from(text, 'base64'))
  }
}
