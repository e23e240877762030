import type { Description, Media, Party, Refused, Shown } from '#core'
import type { Timers } from '#lib/clock'
import { err, ok, type Result } from '#lib/result'
import { faceOf, faceOfEnd } from './causes.ts'
import { answerTo, type Direction, describe, directionIn, inDirection, showsVideo } from './descriptions.ts'
import { shownOf } from './names.ts'
import type { WebCall } from './web-call.ts'

export type PartyPorts = {
  timers: Timers
  media: Pick<Media, 'dtmf' | 'picture' | 'leave' | 'attach' | 'ask' | 'refresh'>
}

/** A page has so long to answer an offer of ours; then it keeps what it has. */
const ANSWER_MS = 10_000

const isHold = (direction: Direction): boolean => direction === 'sendonly' || direction === 'inactive'

/** Asks the browser itself: another picture needs its consent. Undefined: it gave no answer. */
export const askBrowser = ({ timers }: PartyPorts, call: WebCall, sdp: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    const { channel, phone, cid } = call
    if (channel.awaited || !phone.link) return resolve(undefined)
    const timer = timers.after(ANSWER_MS, () => channel.awaited?.(undefined))
    // Named first, as calls are to die young (decision 71).
    const heard = (answer: string | undefined): void => {
      channel.awaited = undefined
      timer.cancel()
      resolve(answer)
    }
    channel.awaited = heard
    phone.say({ op: 9003, cid, kind: 'offer', sdp })
  })

/** The far side holds, or no longer does. While a second call is heard, nothing of the first one is told. */
const heldThere = (call: WebCall, direction: Direction): void => {
  const held = isHold(direction)
  if (held === call.held.there) return
  call.held.there = held
  if (!call.held.here && !call.second && call.state === 'connected') call.tell(call.talking)
}

const digitIn = (body: string): string | undefined =>
  /^\s*Signal\s*=\s*([0-9*#A-D])\s*$/im.exec(body)?.[1]?.toUpperCase() ??
  /^\s*([0-9*#A-D])\s*$/i.exec(body)?.[1]?.toUpperCase()

/** DTMF by INFO from the far side is made to be heard; a picture is asked for by the engine. */
const onInfo = ({ media }: PartyPorts, call: WebCall, contentType: string, body: string): number => {
  const { events, side } = call
  if (!events) return 481
  if (/^application\/dtmf/i.test(contentType)) {
    const digit = digitIn(body)
    if (digit === undefined) return 400
    const durationMs = Number(/Duration\s*=\s*(\d{1,5})/i.exec(body)?.[1] ?? 100)
    media.dtmf(events.call, side, digit, Math.min(Math.max(durationMs, 40), 8000))
    return 200
  }
  if (/^application\/media_control\+xml/i.test(contentType)) {
    media.picture(events.call, side)
    return 200
  }
  return 415
}

/**
 * A browser as the core speaks to it. The peer connection is negotiated once: what the far side changes is answered for
 * the browser with what it said of itself, unless there is a new picture in it.
 */
export const partyOf = (ports: PartyPorts, call: WebCall): Party => {
  const present = (offered: Direction): Description => {
    const wish = call.held.here ? 'sendonly' : 'sendrecv'
    return describe(inDirection(call.channel.said, answerTo(offered, wish)))
  }
  return {
    async offer(sdp: string): Promise<Result<Description, Refused>> {
      if (call.over) return err({ why: 'cancelled' })
      const { channel, phone } = call
      if (phone.isNew && showsVideo(sdp) && !showsVideo(channel.said)) {
        const answer = await askBrowser(ports, call, sdp)
        if (answer !== undefined) channel.said = answer
      }
      const direction = directionIn(sdp)
      heldThere(call, direction)
      return ok(present(direction))
    },
    async solicit() {
      if (call.over) return err({ why: 'cancelled' })
      return ok({ description: present('sendrecv'), confirm: () => {} })
    },
    info: async (contentType, body) => onInfo(ports, call, contentType, Buffer.from(body).toString('latin1')),
    hangUp: (cause) =>
      cause === 'transferred' ? call.finish(faceOfEnd(cause)) : call.finishFirst(faceOfEnd(cause)),
    moveTo(_id, events) {
      call.events = events
      call.side = events.side
    },
    unkept(why) {
      call.recorded = false
      call.phone.say({ op: 9014, cid: call.cid, rec: 0, ...faceOf(why) })
    },
    meets(other: Shown) {
      const { from, disp } = shownOf(other)
      call.meets(from, disp)
      call.voiceMail = other.voiceMail === true
      // Whoever is put together talks: a hold belonged to the one who left.
      call.held.here = call.held.there = false
      if (call.state === 'connected') call.present()
    },
  }
}
