import type { Settings } from './settings.ts'

/** Sounds made on the spot: nothing to load, nothing to license. */
export type Ringer = {
  /** In a click: browsers let a page sound only after one. */
  unlock(): void
  ring(ringtone: Settings['ringtone']): void
  /** What a caller hears while it rings there. */
  ringBack(): void
  /** A second caller, while one is talking. */
  knock(): void
  stop(): void
  once(kind: 'text' | 'ended' | 'key' | 'test', key?: string): void
}

type Note = { hz: number[]; atS: number; forS: number; gain: number }

const RINGS: Record<Exclude<Settings['ringtone'], 'none'>, { notes: Note[]; everyS: number }> = {
  soft: {
    everyS: 3.2,
    notes: [659, 784, 988, 784].map((hz, at) => ({ hz: [hz], atS: at * 0.22, forS: 0.55, gain: 0.16 })),
  },
  classic: {
    everyS: 4,
    notes: [0, 0.6].map((atS) => ({ hz: [400, 450], atS, forS: 0.4, gain: 0.14 })),
  },
  bells: {
    everyS: 3.6,
    notes: [1047, 1319, 1568].flatMap((hz, at) => [
      { hz: [hz, hz * 2.01], atS: at * 0.35, forS: 1.4, gain: 0.08 },
    ]),
  },
}

const DTMF: Record<string, number[]> = Object.fromEntries(
  ['123A', '456B', '789C', '*0#D'].flatMap((row, r) =>
    [...row].map((key, c) => [key, [[697, 770, 852, 941][r] ?? 0, [1209, 1336, 1477, 1633][c] ?? 0]]),
  ),
)

export const createRinger = (): Ringer => {
  let context: AudioContext | undefined
  let timer: ReturnType<typeof setInterval> | undefined
  let bus: GainNode | undefined

  const sound = (): AudioContext | undefined => {
    if (typeof AudioContext === 'undefined') return undefined
    context ??= new AudioContext()
    if (context.state === 'suspended') void context.resume().catch(() => {})
    return context
  }

  const play = (notes: readonly Note[], into?: GainNode) => {
    const audio = sound()
    if (!audio) return
    for (const { hz, atS, forS, gain } of notes)
      for (const one of hz) {
        const start = audio.currentTime + atS + 0.02
        const oscillator = new OscillatorNode(audio, { frequency: one })
        const envelope = new GainNode(audio, { gain: 0 })
        envelope.gain.linearRampToValueAtTime(0, start)
        envelope.gain.linearRampToValueAtTime(gain, start + 0.02)
        envelope.gain.setValueAtTime(gain, start + forS * 0.4)
        envelope.gain.exponentialRampToValueAtTime(0.0005, start + forS)
        oscillator.connect(envelope).connect(into ?? audio.destination)
        oscillator.start(start)
        oscillator.stop(start + forS + 0.05)
      }
  }

  const stop = () => {
    clearInterval(timer)
    timer = undefined
    bus?.disconnect()
    bus = undefined
  }

  const repeat = (notes: readonly Note[], everyS: number) => {
    stop()
    const audio = sound()
    if (!audio) return
    bus = new GainNode(audio, { gain: 1 })
    bus.connect(audio.destination)
    const turn = () => play(notes, bus)
    turn()
    timer = setInterval(turn, everyS * 1000)
  }

  return {
    unlock: () => void sound(),
    stop,
    ring: (ringtone) => {
      if (ringtone === 'none') return stop()
      const { notes, everyS } = RINGS[ringtone]
      repeat(notes, everyS)
    },
    ringBack: () => repeat([{ hz: [425], atS: 0, forS: 1, gain: 0.05 }], 4),
    knock: () =>
      repeat(
        [0, 0.5].map((atS) => ({ hz: [440], atS, forS: 0.18, gain: 0.06 })),
        5,
      ),
    once: (kind, key = '') => {
      if (kind === 'key') play([{ hz: DTMF[key] ?? [], atS: 0, forS: 0.12, gain: 0.05 }])
      else if (kind === 'text')
        play([880, 1175].map((hz, at) => ({ hz: [hz], atS: at * 0.12, forS: 0.25, gain: 0.08 })))
      else if (kind === 'ended')
        play([480, 400].map((hz, at) => ({ hz: [hz], atS: at * 0.16, forS: 0.2, gain: 0.06 })))
      else play([523, 659, 784].map((hz, at) => ({ hz: [hz], atS: at * 0.25, forS: 0.4, gain: 0.15 })))
    },
  }
}
