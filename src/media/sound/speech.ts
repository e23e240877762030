import type { Script, Side, SpokenEnd } from '#core'
import type { EngineCall } from '../call.ts'
import type { Clerk, Message } from './clerk.ts'
import { typesOf } from './formats.ts'
import { SILENCE_MS } from './recording.ts'

/** Four seconds at a time. */
const PART = 4 * 8000

export type SpeechPorts = {
  call: EngineCall
  clerk: Clerk
  side: Side
  script: Script
  /** Number of this script. */
  number: number
  told(end: SpokenEnd, ms: number): void
  log(what: string): void
}

/** One script: plays its files, then keeps what comes until there is a reason to stop. */
export const createSpeech = ({ call, clerk, side, script, number, told, log }: SpeechPorts) => {
  const mostMs = (script.record?.mostS ?? 0) * 1000
  const parts: Promise<Uint8Array | undefined>[] = script.play.map((path) =>
    clerk.read(path).catch(() => undefined),
  )
  let [part, at, saying] = [0, 0, false]
  let state: 'playing' | 'keeping' | 'ended' = 'playing'
  let message: Message | undefined
  let ending: Promise<number> | undefined

  /** The next part, of this file or the next one. */
  const nextPart = async (): Promise<Uint8Array> => {
    for (; part < parts.length; part++, at = 0) {
      const file = await parts[part]
      if (!file) log(`${script.play[part]} cannot be played`)
      if (!file || at >= file.length) continue
      at += PART
      return file.subarray(at - PART, at)
    }
    return new Uint8Array(0)
  }

  const say = async (): Promise<void> => {
    if (saying || state !== 'playing') return
    saying = true
    const octets = await nextPart()
    saying = false
    if (state === 'playing')
      call.hand.tell({
        ...{ op: 'say', call: call.id, script: number },
        ...{ octets: octets.toBase64(), more: octets.length > 0 },
      })
  }

  const finish = (): Promise<number> => {
    ending ??= (message?.finish() ?? Promise.resolve(0)).catch((fault: unknown) => {
      log(`${script.record?.path} is not written: ${fault}`)
      return 0
    })
    return ending
  }

  /** No more is kept. */
  const stop = (end: SpokenEnd): void => {
    if (state === 'ended') return
    const kept = state === 'keeping'
    state = 'ended'
    if (kept) call.hand.tell({ op: 'tap', call: call.id, tap: 0 })
    void finish().then((ms) => told(end, ms))
  }

  const keep = (): void => {
    if (!script.record) {
      state = 'ended'
      return told('played', 0)
    }
    state = 'keeping'
    message = clerk.message(script.record.path, side)
    call.hand.tell({ op: 'tap', call: call.id, tap: number })
  }

  return {
    side,
    number,
    say,
    /** The worker has said all of it. */
    onPlayed: (): void => {
      if (state === 'playing') keep()
    },
    onDigit(digit: string): void {
      if (digit === '#' && state === 'keeping') stop('key')
    },
    async onTapped(octets: Uint8Array): Promise<void> {
      if (!message || ending) return
      const heard = await message.put(octets, typesOf(call)).catch((fault: unknown) => {
        log(`${script.record?.path} cannot be written: ${fault}`)
        stop('limit')
      })
      if (!heard) return
      if (heard.nowMs >= mostMs) stop('limit')
      else if (heard.quietMs >= SILENCE_MS) stop('silence')
    },
    /** The call is over; resolves when that is told. */
    async closed(): Promise<void> {
      state = 'ended'
      if (!script.record) return
      // Who was told of the end before hears of it once more: only now is it certain that nothing follows.
      told('closed', await finish())
    },
    isKeeping: (): boolean => state === 'keeping',
    /** Nothing more will come of its worker. */
    onLost: (): void => {
      if (state === 'keeping') stop('limit')
      else if (state === 'playing') keep()
    },
    /** Another script takes its place. */
    async drop(): Promise<void> {
      if (state === 'keeping') call.hand.tell({ op: 'tap', call: call.id, tap: 0 })
      state = 'ended'
      await finish()
    },
  }
}

export type Speech = ReturnType<typeof createSpeech>
