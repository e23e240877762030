import type { Timers } from '#lib/clock'
import { err, ok } from '#lib/result'
import { latin1 } from '#lib/text'
import type { Session, SessionEvents } from '#sip'
import type { CallMedia } from './call-media.ts'
import type { CallReport, UeEvent } from './ue-event.ts'

/** What a person can do during a call. */
export type CallControls = {
  hold(): Promise<boolean>
  resume(): Promise<boolean>
  /** Key presses as RFC 4733 events or as INFO; false when the other side takes neither. */
  press(keys: string, how?: 'rtp' | 'info'): Promise<boolean>
  hangUp(): void
}

export type Call = CallControls & {
  readonly events: SessionEvents
  ringing(status: number, earlyMedia: boolean): void
  /** The call stands. It is hung up after `seconds` from now where they are given. */
  answered(session: Session, seconds: number | undefined): void
  finish(end: { status: number; reason: string; endedBy: CallReport['endedBy'] }): void
  readonly done: Promise<CallReport>
}

export type CallOptions = {
  timers: Timers
  media: CallMedia
  direction: CallReport['direction']
  peer: string
  record: boolean
  onEvent: (event: UeEvent) => void
  /** Gives up or refuses a call that was not answered. */
  giveUp: () => void
}

/** What is still on its way when we stop sending may arrive before the call is closed. */
const DRAIN_MS = 200

/** One call from ringing to its report, whichever side began it. */
export const createCall = ({
  timers,
  media,
  direction,
  peer,
  record,
  onEvent,
  giveUp,
}: CallOptions): Call => {
  const { promise: done, resolve } = Promise.withResolvers<CallReport>()
  const startMs = timers.clock.nowMs()
  let [ringMs, setupMs]: (number | undefined)[] = [undefined, undefined]
  let session: Session | undefined
  let over = false
  let keysByInfo = ''

  const finish: Call['finish'] = ({ status, reason, endedBy }) => {
    if (over) return
    over = true
    const { voice, video } = media.report()
    const talkMs = setupMs === undefined ? 0 : timers.clock.nowMs() - startMs - setupMs
    const recording = record ? media.recording() : undefined
    media.close()
    const keys = voice.keys + keysByInfo
    const report = {
      direction,
      peer,
      status,
      reason,
      ringMs,
      setupMs,
      talkMs,
      endedBy,
      ...voice,
      keys,
      video,
      recording,
    }
    onEvent({ kind: 'ended', report })
    resolve(report)
  }

  const hangUp = (): void => {
    if (over) return
    if (!session) {
      giveUp()
      return finish({ status: 487, reason: 'given up', endedBy: 'us' })
    }
    media.pause()
    timers.after(DRAIN_MS, () => {
      session?.bye()
      finish({ status: 200, reason: 'OK', endedBy: 'us' })
    })
  }

  const offer = async (direction: 'sendonly' | 'sendrecv'): Promise<boolean> => {
    if (!session || over) return false
    const answer = await session.offer(media.offer(direction))
    if (!answer.ok || !media.follow(answer.value)) return false
    onEvent({ kind: direction === 'sendonly' ? 'held' : 'resumed', byUs: true })
    return true
  }

  const pressByInfo = async (keys: string): Promise<boolean> => {
    for (const key of keys) {
      const body = new TextEncoder().encode(`Signal=${key}\r\nDuration=160\r\n`)
      const status = await session?.info('application/dtmf-relay', body)
      if (status === undefined || status >= 300) return false
    }
    return true
  }

  const events = createEvents(media, onEvent, {
    onKey: (key) => {
      if (keysByInfo.length < 64) keysByInfo += key
    },
    onEnd: (end) =>
      finish({ status: end.status ?? (session ? 200 : 487), reason: end.reason ?? '', endedBy: end.by }),
  })

  return {
    events,
    ringing(status, earlyMedia) {
      ringMs ??= timers.clock.nowMs() - startMs
      onEvent({ kind: 'progress', status, earlyMedia })
    },
    answered(established, seconds) {
      session = established
      setupMs = timers.clock.nowMs() - startMs
      onEvent({ kind: 'answered', setupMs })
      if (seconds !== undefined) timers.after(seconds * 1000, hangUp)
    },
    finish,
    hold: () => offer('sendonly'),
    resume: () => offer('sendrecv'),
    press: async (keys, how = 'rtp') => (how === 'info' ? pressByInfo(keys) : media.press(keys)),
    hangUp,
    done,
  }
}

type Listeners = { onKey: (key: string) => void; onEnd: SessionEvents['onEnd'] }

/** How the handset answers what the other side does inside the dialogue. */
const createEvents = (
  media: CallMedia,
  onEvent: (event: UeEvent) => void,
  { onKey, onEnd }: Listeners,
): SessionEvents => {
  let held = false
  return {
    async onOffer(sdp) {
      const answer = media.answer(sdp)
      if (answer === undefined) return err({ status: 488 })
      const holds = /^a=(sendonly|inactive)\s*$/m.test(sdp)
      if (holds !== held) onEvent({ kind: holds ? 'held' : 'resumed', byUs: false })
      held = holds
      return ok(answer)
    },
    onInfo(contentType, body) {
      if (!/^application\/dtmf-relay/i.test(contentType)) return 415
      const key = /^Signal\s*=\s*([0-9*#A-D])/im.exec(latin1(body))?.[1]
      if (key === undefined) return 400
      onKey(key)
      onEvent({ kind: 'key', key })
      return 200
    },
    onEnd,
    onSignal: () => {},
  }
}
