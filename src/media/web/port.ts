import { createIceLite, type IceLite, type IceSource } from '#ice'
import type { Srtp } from '#rtp'
import type { WebCommand } from '../commands.ts'
import { type Memory, SOURCE, sockaddrLength, targetOf } from '../memory.ts'
import { Reception } from './reception.ts'
import type { Resends } from './resends.ts'
import { Stream } from './stream.ts'

/** Nothing heard for so long: the browser has gone, RFC 7675 §5.1. */
export const CONSENT_MS = 30_000

export const KINDS = ['audio', 'video'] as const

/** Address and port of the datagram at hand, as ICE wants them. */
export const sourceOf = (memory: Memory): IceSource => {
  const v4 = sockaddrLength(memory, SOURCE) === 16
  const address = v4
    ? memory.bytes.subarray(SOURCE + 4, SOURCE + 8)
    : memory.bytes.subarray(SOURCE + 8, SOURCE + 24)
  return { address, port: memory.view.getUint16(SOURCE + 2) }
}

/** A browser's transport in the worker: one socket, its ICE, its keys, and the legs of the call that it speaks in. */
export class WebPort<Leg> {
  readonly id: number
  readonly slot: number
  readonly target: number
  readonly agent: IceLite
  /** Which medium each payload type is of: 0 audio, 1 video, 255 neither. */
  readonly kinds = new Uint8Array(128).fill(255)
  readonly streams: readonly [Stream, Stream]
  readonly receptions: readonly [Reception, Reception] = [new Reception(), new Reception()]
  /** Of the call that it speaks in, by medium. */
  readonly legs: [Leg | undefined, Leg | undefined] = [undefined, undefined]
  /** Number of that call; -1: none. */
  call = -1
  inbound: Srtp | undefined
  outbound: Srtp | undefined
  /** Of its picture; from the first time on that it lacked something. */
  resends: Resends | undefined
  /** It is known where the browser is. */
  known = false
  /** The credentials by which it was found. */
  valid = ''
  heardMs: number
  lost = false
  /** Datagrams of DTLS since the last tick. */
  burst = 0

  constructor(command: WebCommand & { op: 'web' }, nowMs: number) {
    this.id = command.web
    this.slot = command.slot
    this.target = targetOf(command.slot)
    this.agent = createIceLite({ ufrag: command.ufrag, pwd: command.pwd })
    this.streams = [new Stream(command.ssrcs.audio), new Stream(command.ssrcs.video)]
    this.heardMs = nowMs
  }

  settle({ ufrag, pwd, types }: WebCommand & { op: 'web' }): void {
    if (ufrag !== this.agent.credentials.ufrag) this.agent.restart({ ufrag, pwd })
    this.kinds.fill(255)
    for (const [type, kind] of types) this.kinds[type & 127] = kind === 'audio' ? 0 : 1
  }
}
