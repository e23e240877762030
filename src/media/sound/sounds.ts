import { randomBytes } from 'node:crypto'
import type { Media, MediaEvents, Side } from '#core'
import type { Log } from '#lib/log'
import { err, ok } from '#lib/result'
import type { EngineCall } from '../call.ts'
import type { Report } from '../commands.ts'
import type { createRoster } from '../exchange.ts'
import type { Hand } from '../hand.ts'
import type { WebExchange } from '../web/exchange.ts'
import { createClerk, type Sink } from './clerk.ts'
import { keptTypes, typesOf } from './formats.ts'
import { createSpeech, type Speech } from './speech.ts'

export type SoundsPorts = {
  browsers: WebExchange
  calls: ReturnType<typeof createRoster>
  events: MediaEvents
  log: Log
  /** Files will be played: their thread starts at once. */
  ready: boolean
}

type Recording = { call: EngineCall; name: string; number: number; sink: Sink; last: Promise<void> }
type Talk = {
  speech: Speech
  call: EngineCall
  name: string
  hand: Hand
  sdp: string
  told: string
  tapped: Promise<void>
}

/** A worker that does not say that a tap has ended is not waited for longer. */
const LATE_MS = 2000

/** What calls have said in them by the house, and what is kept of them: the main thread's part. */
export const createSounds = ({ browsers, calls, events, log, ready }: SoundsPorts) => {
  /** By the worker's number of the call. */
  const recordings = new Map<number, Recording>()
  const talks = new Map<number, Talk>()
  const working = new Set<Promise<unknown>>()
  const clerk = createClerk(log)
  if (ready) clerk.start()
  let last = 0

  const busy = (work: Promise<unknown>): void => {
    const watched = work.catch((fault: unknown) =>
      log.write('media', 'error', `a recording is lost: ${fault}`),
    )
    working.add(watched)
    void watched.then(() => working.delete(watched))
  }

  const endRecording = (id: number): void => {
    const one = recordings.get(id)
    if (!one) return
    recordings.delete(id)
    busy(
      one.last
        .then(() => one.sink.finish())
        .catch((fault: unknown) => {
          log.write('media', 'error', `a recording is not written: ${fault}`, { user: one.name })
          return []
        })
        .then((files) => events.onRecorded?.(one.name, files)),
    )
  }

  const record: NonNullable<Media['record']> = async (name, folder, file) => {
    const call = calls.get(name)
    if (!call) return err('bad-request')
    if (folder === undefined) {
      if (recordings.has(call.id)) call.hand.tell({ op: 'tap', call: call.id, tap: 0 })
      return ok(undefined)
    }
    if (recordings.has(call.id) || talks.has(call.id)) return err('bad-request')
    const { caller, callee } = typesOf(call)
    if (caller.size === 0 || callee.size === 0) return err('not-acceptable-media')
    const sink = clerk.recording(folder, file, randomBytes(4).readUInt32LE())
    const number = ++last
    recordings.set(call.id, { call, name, number, sink, last: Promise.resolve() })
    call.hand.tell({ op: 'tap', call: call.id, tap: number })
    return ok(undefined)
  }

  const begin = (
    call: EngineCall,
    side: Side,
    script: Parameters<NonNullable<Media['speak']>>[3],
  ): Speech | undefined => {
    if (!script) return undefined
    const speech = createSpeech({
      ...{ call, clerk, side, script, number: ++last },
      told: (end, ms) => events.onSpoken?.(call.name, end, ms),
      log: (what) => log.write('media', 'warn', what, { user: call.name }),
    })
    void speech.say()
    return speech
  }

  const voice = (call: EngineCall, side: Side, { number }: Speech): void => {
    const [type, law] = [...keptTypes(call, side)].find(([, name]) => name === 'pcmu' || name === 'pcma') ?? [
      0,
      'pcmu',
    ]
    const alaw = law === 'pcma'
    call.hand.tell({ op: 'voice', call: call.id, side, script: number, type, alaw })
  }

  const speak: NonNullable<Media['speak']> = async (name, side, sdp, script, options) => {
    const present = calls.get(name)
    const talk = present && talks.get(present.id)
    // With another script comes the first description again: a later one of that party may be in force by now.
    const isKnown = script !== undefined && talk?.sdp === sdp
    const told = isKnown ? ok(talk.told) : await browsers.alone(name, side, sdp, options ?? {})
    const call = calls.get(name)
    if (!told.ok || !call) return told
    const before = talks.get(call.id)
    const speech = begin(call, side, script) ?? before?.speech
    if (!speech) return err('bad-request')
    if (before && before.speech !== speech) busy(before.speech.drop())
    talks.set(call.id, {
      ...{ speech, call, name, hand: call.hand, told: told.value },
      ...{ sdp: before?.sdp ?? sdp, tapped: before?.tapped ?? Promise.resolve() },
    })
    voice(call, side, speech)
    return told
  }

  const onTapped = (hand: Hand, { call, tap, octets, last: isLast }: Report & { op: 'tapped' }): void => {
    const recording = recordings.get(call)
    const talk = talks.get(call)
    // The octets themselves are given away.
    const size = octets.length
    let done = Promise.resolve()
    if (recording?.number === tap) {
      done = recording.sink.put(octets, typesOf(recording.call)).catch(() => {})
      recording.last = done
      if (isLast) endRecording(call)
    } else if (talk?.speech.number === tap) done = talk.speech.onTapped(octets)
    if (talk) talk.tapped = done
    void done.finally(() => hand.done(size))
    if (isLast && ended.has(call)) ended.get(call)?.()
  }

  /** Calls that are over, whose worker has a tap to end. */
  const ended = new Map<number, () => void>()

  const closed = (call: EngineCall): void => {
    const talk = talks.get(call.id)
    if (!talk) return
    const finish = (): void => {
      clearTimeout(timer)
      ended.delete(call.id)
      if (!talks.delete(call.id)) return
      busy(talk.tapped.then(() => talk.speech.closed()))
    }
    const timer = setTimeout(finish, LATE_MS)
    if (talk.speech.isKeeping()) ended.set(call.id, finish)
    else finish()
  }

  return {
    ...{ record, speak, closed },
    onReport(hand: Hand, report: Report & { op: 'said' | 'tapped' }): void {
      if (report.op === 'tapped') return onTapped(hand, report)
      const speech = talks.get(report.call)?.speech
      if (speech?.number !== report.script) return
      if (report.more) void speech.say()
      else speech.onPlayed()
    },
    press: (name: string, digit: string): void => talks.get(calls.get(name)?.id ?? -1)?.speech.onDigit(digit),
    onDigit: (call: number, digit: string): void => talks.get(call)?.speech.onDigit(digit),
    /** A page's key, which is no sound: `towards` the house, where it speaks with that side. */
    isOurs: (name: string, towards: Side): boolean => {
      const call = calls.get(name)
      const talk = call && talks.get(call.id)
      return talk !== undefined && talk.speech.side !== towards
    },
    /** Its worker died with everything that it had not told. */
    lost(hand: Hand): void {
      for (const [id, { call }] of recordings) if (call.hand === hand) endRecording(id)
      for (const { speech, hand: own } of talks.values()) if (own === hand) speech.onLost()
    },
    /** All that is kept is on disk. */
    async end(): Promise<void> {
      for (const id of [...recordings.keys()]) endRecording(id)
      for (const [id, { speech, tapped }] of talks) {
        talks.delete(id)
        busy(tapped.then(() => speech.closed()))
      }
      await Promise.all(working)
      await clerk.end()
    },
  }
}

export type Sounds = ReturnType<typeof createSounds>
