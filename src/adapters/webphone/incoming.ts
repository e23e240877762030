import type { AgentWords, CalleeEvents, CalleeParty, CancelCause, Ring } from '#core'
import { err, ok } from '#lib/result'
import type { Pdu } from '#webcall'
import { type Face, refusalOf } from './causes.ts'
import { describe, isDescription, showsVideo } from './descriptions.ts'
import { dialledOf, shownOf, userOf } from './names.ts'
import { type PartyPorts, partyOf } from './party.ts'
import type { Phone } from './web-call.ts'
import { aChannel, WebCall } from './web-call.ts'

export type IncomingPorts = PartyPorts & {
  random: { token(length?: number): string }
  /** There is room for one more, with or without a picture. */
  hasRoom(video: boolean): boolean
}

const CANCELS: Record<CancelCause, Face> = {
  caller: { cause: 487, reason: 'The caller gave up.' },
  elsewhere: { cause: 200, reason: 'The call was answered by another phone.' },
  declined: { cause: 603, reason: 'The call was declined by another phone.' },
  timeout: { cause: 408, reason: 'Nobody answered in time.' },
}
/** A page with so many calls has no use for one more. */
const MOST_CALLS = 8
/** A client that has said by then that it rings answers by itself, and would do so twice. */
const ANSWER_NOW_MS = 500

const calleeParty = (ports: PartyPorts, call: WebCall, agent: AgentWords | undefined): CalleeParty => ({
  ...partyOf(ports, call),
  callId: call.cid,
  web: call.channel.web,
  confirm() {
    if (call.over) return
    call.state = 'connected'
    call.channel.settled = true
    call.tell(2)
    if (agent) call.served(agent)
  },
  cancel: (why) => call.finish(CANCELS[why]),
})

/** Tells the client of the call, as soon as it is there to hear it. */
export const announce = (call: WebCall): void => {
  if (call.invitation && call.state === 'incoming') call.phone.say(call.invitation)
}

/** 9009, to whom a trusted exchange wants answered at once. Old clients obey when they know that it rings. */
const answerNow = ({ timers }: PartyPorts, call: WebCall): void => {
  call.limit = timers.after(ANSWER_NOW_MS, () => {
    if (call.state !== 'incoming' || call.rung) return
    ringing(call)
    if (call.state === 'incoming') call.phone.say({ op: 9009, cid: call.cid })
  })
}

const isBusy = ({ calls, waiting }: Phone): boolean => calls.size >= (waiting ? MOST_CALLS : 1)

/** Rings a browser. `phoneOf`: by its session. */
export const createWebRing =
  (ports: IncomingPorts, phoneOf: (binding: Parameters<Ring>[1]) => Phone | undefined): Ring =>
  (detail, binding, sdp, events) => {
    const phone = phoneOf(binding)
    if (!phone) return err({ why: 'not-registered' })
    if (isBusy(phone)) return err({ why: 'busy', status: 486 })
    const video = sdp !== undefined && showsVideo(sdp)
    if (!ports.hasRoom(video)) return err({ why: 'overloaded' })
    const cid = ports.random.token(20)
    const { from, disp } = shownOf(detail.caller)
    const channel = aChannel(detail.web ?? `${phone.name}.${cid}`, '')
    const call = new WebCall(ports.media, phone, {
      cid,
      side: 'callee',
      channel,
      state: 'incoming',
      other: from,
    })
    call.events = events
    call.aid = detail.agent?.id
    const told: Omit<Pdu, 'sdp'> = {
      op: 9002,
      cid,
      ucid: detail.id,
      from,
      disp,
      to: userOf(detail.called.uri),
    }
    const invite = (offer: string): void => {
      const { answerNow: now = false } = detail
      call.invitation = { ...told, video: showsVideo(offer), ...(now && { autoAnswer: now }), sdp: offer }
      announce(call)
      if (now) answerNow(ports, call)
    }
    if (sdp !== undefined) invite(sdp)
    else
      void ports.media.ask(channel.web, { video: false }).then((asked) => {
        if (call.over) return
        if (asked.ok) return invite(asked.value)
        call.forget()
        events.onRefused({ why: asked.error })
      })
    return ok(calleeParty(ports, call, detail.agent))
  }

export const rings = (call: WebCall | undefined): call is WebCall => call?.state === 'incoming'

/** 1006. */
export const ringing = (call: WebCall): void => {
  if (call.rung) return
  call.rung = true
  ;(call.events as CalleeEvents).onProgress(180, undefined)
  if (!call.over) call.tell(1)
}

/** 1004; also the answer to an offer of ours. False: that is no description. */
export const answer = (call: WebCall, sdp: string): boolean => {
  if (!isDescription(sdp)) return false
  const { channel } = call
  if (channel.awaited) channel.awaited(sdp)
  else if (call.state === 'incoming') {
    channel.said = sdp
    call.state = 'answering'
    ;(call.events as CalleeEvents).onAnswer(describe(sdp))
  }
  return true
}

/** 1005, and whatever else means no. */
export const reject = (call: WebCall, status: number, moveTo = ''): void => {
  const redirect = status === 302 ? dialledOf(moveTo) : undefined
  const { events } = call
  call.forget()
  ;(events as CalleeEvents).onRefused({
    why: refusalOf(status),
    ...(status >= 400 && { status }),
    ...(redirect && { redirect }),
  })
}
