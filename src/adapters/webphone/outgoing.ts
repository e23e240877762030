import {
  type Caller,
  type CallerParty,
  type CallOffer,
  type Dialled,
  type GuestCall,
  webContact,
} from '#core'
import { faceOf } from './causes.ts'
import { describe } from './descriptions.ts'
import { type PartyPorts, partyOf } from './party.ts'
import type { WebphonePorts } from './ports.ts'
import type { Phone } from './web-call.ts'
import { aChannel, WebCall } from './web-call.ts'

export type OutgoingPorts = PartyPorts & Pick<WebphonePorts, 'calls' | 'random' | 'media'>

/** What a browser asks for, when it may have it. */
export type Wish = {
  caller: Caller
  dialled: Dialled
  headers?: readonly (readonly [name: string, value: string])[]
  guest?: GuestCall
  site?: NonNullable<CallOffer['site']>
}

/** The call hears of the far side's first answer once: browsers keep what was agreed. */
const describeOnce = (call: WebCall, sdp: string | undefined): boolean => {
  const { channel, first } = call
  if (sdp === undefined || channel.settled || first) return sdp !== undefined
  channel.settled = true
  call.phone.say({ op: 9003, cid: call.cid, kind: 'answer', sdp })
  return true
}

const callerParty = (ports: OutgoingPorts, call: WebCall): CallerParty => ({
  ...partyOf(ports, call),
  progress(kind, status, sdp) {
    if (call.over) return
    const early = describeOnce(call, sdp)
    if (early && call.first && call.events) ports.media.attach(call.events.call, 'caller')
    if (kind !== 'ringing' && !early && status !== 183) return
    const alert = early ? 'early' : 'silent'
    if (call.alerted === alert || call.alerted === 'early') return
    call.alerted = alert
    call.tell(1, early ? { early } : {})
  },
  async answer(sdp) {
    if (call.over) return undefined
    describeOnce(call, sdp)
    if (call.first && call.events) ports.media.attach(call.events.call, 'caller')
    call.state = 'connected'
    call.tell(2)
    return undefined
  },
  agent: (words) => call.served(words),
  voiceMail() {
    call.voiceMail = true
  },
  refuse(refused) {
    const face = faceOf(refused)
    call.finish(face)
    return face.cause
  },
})

/** A browser calls: with its own offer, or with what it said before where `first` is a call that it speaks in. */
export const startCall = (
  ports: OutgoingPorts,
  phone: Phone,
  sdp: string,
  { caller, dialled, headers, guest, site }: Wish,
  begun: (call: WebCall) => void,
  { first, cid = ports.random.token(20) }: { first?: WebCall; cid?: string } = {},
): WebCall => {
  const channel = first?.channel ?? aChannel(`${phone.name}.${cid}`, sdp)
  const other = dialled.user
  const call = new WebCall(ports.media, phone, { cid, side: 'caller', channel, state: 'calling', other })
  if (first) {
    call.first = first
    first.second = call
  }
  // The acknowledgement goes before whatever the core has to say at once.
  begun(call)
  const offer: CallOffer = {
    ...{ caller, dialled, description: describe(channel.said), listener: 0, web: channel.web },
    ...{ callId: cid, hops: 70 },
    ...(phone.link && { local: phone.link.local.address }),
    ...(phone.account && { contact: webContact(phone.account.identity.user, phone.name) }),
    ...(headers && headers.length > 0 && { headers }),
    ...(guest && { guest }),
    ...(site && { site }),
  }
  call.events = ports.calls.offer(offer, callerParty(ports, call))
  return call
}
