import type { Caller } from '#core'
import { wired } from '#lib/text'
import type { CallFields, CommandOf } from '#webcall'
import { faceOf } from './causes.ts'
import { isDescription, showsVideo } from './descriptions.ts'
import { change, hold, refresh } from './holding.ts'
import { answer, reject, ringing, rings } from './incoming.ts'
import { calledOf, dialledOf, identityUri, line, userOf } from './names.ts'
import { startCall } from './outgoing.ts'
import type { Account, WebphonePorts } from './ports.ts'
import { callSecond, hangUp, leave, retrieve, type TransferPorts, transfer } from './transfers.ts'
import type { Phone, WebCall } from './web-call.ts'

export type CallCommandPorts = TransferPorts &
  Pick<WebphonePorts, 'settings' | 'log'> & {
    /** `present`: the call that it is for, where that is there already. */
    hasRoom(video: boolean, present?: WebCall): boolean
  }

/** The identity that the client named, where it is its own. */
export const callerOf = ({ subscriber, identity }: Account, from = '', disp = ''): Caller => {
  const own = subscriber.identities.find((one) => one.user === wired(userOf(from))) ?? identity
  return {
    subscriber,
    identity: identityUri(own, subscriber.domain),
    display: wired(line(disp)),
    anonymous: subscriber.anonymous,
  }
}

/** What a web site says of the call, as header fields towards phones. */
const headersOf = (
  { ctiHeader, skillHeader }: Pick<WebphonePorts['settings'], 'ctiHeader' | 'skillHeader'>,
  { cdata, skill }: Pick<CallFields, 'cdata' | 'skill'>,
): [name: string, value: string][] => {
  const headers: [string, string][] = [
    [ctiHeader, wired(line(cdata, 1024))],
    [skillHeader, wired(line(skill, 1024))],
  ]
  return headers.filter(([name, value]) => name !== '' && value !== '')
}

const siteOf = ({ cdata, skill }: CallFields) => {
  const [cti, wanted] = [line(cdata, 1024), line(skill, 1024)]
  if (cti === '' && wanted === '') return {}
  return { site: { ...(cti !== '' && { cti }), ...(wanted !== '' && { skill: wanted }) } }
}

const isBusyWith = (phone: Phone): boolean => phone.calls.size >= 8

/** Commands about calls; each tells its acknowledgement first, then what comes of it. */
export const createCallCommands = (ports: CallCommandPorts) => {
  const { settings, media } = ports
  const failed = (work: Promise<void>): void =>
    void work.catch((bug: unknown) => ports.log.write('app', 'error', `web phone: ${String(bug)}`))

  return {
    1003(phone: Phone, account: Account, command: CommandOf<1003>): void {
      const { seq, to, from, disp, sdp } = command
      const refuse = (code: number, reason: string): void => phone.say({ op: 2003, seq, code, reason })
      const dialled = calledOf(to)
      if (!dialled) return refuse(-2, 'That number cannot be called.')
      if (!isDescription(sdp)) return refuse(-2, 'sdp is no session description.')
      if (isBusyWith(phone) || !ports.hasRoom(showsVideo(sdp)))
        return refuse(-3, faceOf({ why: 'overloaded' }).reason)
      const wish = {
        ...{ caller: callerOf(account, from, disp), dialled },
        ...{ headers: headersOf(settings, command), ...siteOf(command) },
      }
      startCall(ports, phone, sdp, wish, ({ cid }) => phone.say({ op: 2003, seq, cid, code: 0 }))
    },
    1004(phone: Phone, call: WebCall | undefined, { seq, cid, sdp }: CommandOf<1004>): void {
      const isAsked = call && (call.state === 'incoming' || call.channel.awaited !== undefined)
      if (call && isAsked && !isDescription(sdp))
        return phone.say({ op: 2004, seq, code: -2, reason: 'sdp is no session description.' })
      if (call?.state === 'incoming' && showsVideo(sdp) && !ports.hasRoom(true, call))
        return phone.say({ op: 2004, seq, code: -3, reason: faceOf({ why: 'overloaded' }).reason })
      if (call && isAsked) {
        phone.say({ op: 2004, seq, code: 0 })
        return void answer(call, sdp)
      }
      phone.say({ op: 2004, seq, code: -4, reason: NO_CALL })
      // After an early end old clients answer all the same, and keep the microphone open until they hear of it.
      if (!call) phone.say({ op: 9004, cid: line(cid), state: 0, cause: 487, reason: NO_CALL })
    },
    1005(phone: Phone, call: WebCall | undefined, { seq, rc, mto }: CommandOf<1005>): void {
      if (!rings(call)) return phone.say({ op: 2005, seq, code: -1, reason: NO_CALL })
      phone.say({ op: 2005, seq, code: 0 })
      reject(call, rc, mto)
    },
    1006(phone: Phone, call: WebCall | undefined, { seq }: CommandOf<1006>): void {
      if (!rings(call)) return phone.say({ op: 2006, seq, code: -4, reason: NO_CALL })
      phone.say({ op: 2006, seq, code: 0 })
      ringing(call)
    },
    1007(phone: Phone, call: WebCall | undefined, { seq, type, sdp }: CommandOf<1007>): void {
      const refuse = (code: number, reason: string): void => phone.say({ op: 2007, seq, code, reason })
      if (!call) return refuse(-4, NO_CALL)
      if (sdp !== undefined && !isDescription(sdp)) return refuse(-2, 'sdp is no session description.')
      const isRefresh = type === 0 && sdp !== undefined
      if (call.state !== 'connected' && !(isRefresh && call.channel.said !== ''))
        return refuse(-2, 'The call is not connected.')
      if (type === 4 && sdp !== undefined && showsVideo(sdp) && !ports.hasRoom(true, call))
        return refuse(-3, faceOf({ why: 'overloaded' }).reason)
      phone.say({ op: 2007, seq, code: 0 })
      if (isRefresh) return failed(refresh(ports, call, sdp))
      if (type === 3) return call.events && media.picture(call.events.call, call.farSide)
      if (type === 2) return failed(retrieve(ports, call))
      if (type === 4) return sdp === undefined ? undefined : failed(change(ports, call, sdp))
      failed(hold(ports, call, type === 1))
    },
    1008(phone: Phone, account: Account, call: WebCall | undefined, { seq, to }: CommandOf<1008>): void {
      if (call?.state !== 'connected' || call.second || call.first)
        return phone.say({ op: 2008, seq, code: -4, reason: 'There is no connected call to transfer.' })
      const dialled = calledOf(to)
      if (!dialled) return phone.say({ op: 2008, seq, code: -2, reason: 'That number cannot be called.' })
      if (!ports.hasRoom(false))
        return phone.say({ op: 2008, seq, code: -2, reason: faceOf({ why: 'overloaded' }).reason })
      const cid2 = ports.random.token(20)
      phone.say({ op: 2008, seq, cid2, code: 0 })
      failed(callSecond(ports, call, cid2, { caller: callerOf(account), dialled }))
    },
    1010(
      phone: Phone,
      call: WebCall | undefined,
      second: WebCall | undefined,
      { seq, cid2 }: CommandOf<1010>,
    ): void {
      // A second one that has just ended is no reason to end the first.
      const one = cid2 === '' ? call : second
      if (!one) return phone.say({ op: 2010, seq, code: -4, reason: NO_CALL })
      phone.say({ op: 2010, seq, code: 0 })
      if (rings(one)) {
        const { cid } = one
        reject(one, 603)
        return phone.say({ op: 9004, cid, state: 0, cause: 603 })
      }
      if (second) return leave(second)
      failed(hangUp(ports, one))
    },
    1012(phone: Phone, call: WebCall | undefined, { seq, digit }: CommandOf<1012>): void {
      if (!call?.events || call.state === 'incoming')
        return phone.say({ op: 2012, seq, code: -4, reason: NO_CALL })
      phone.say({ op: 2012, seq, code: 0 })
      const { second } = call
      const heard = second?.events ? second : call
      if (!heard.held.here && heard.events) media.dtmf(heard.events.call, heard.farSide, digit, 100)
    },
    async 1013(phone: Phone, call: WebCall | undefined, { seq, cid, on }: CommandOf<1013>): Promise<void> {
      if (!call?.events || call.state !== 'connected')
        return phone.say({ op: 2013, seq, code: -4, reason: NO_CALL })
      phone.say({ op: 2013, seq, code: 0 })
      const done = await call.events.onRecord(on)
      call.recorded = done.ok === on
      phone.say({ op: 9014, cid, rec: call.recorded ? 1 : 0, ...(!done.ok && faceOf(done.error)) })
    },
    1015(
      phone: Phone,
      call: WebCall | undefined,
      other: WebCall | undefined,
      command: CommandOf<1015>,
    ): void {
      const { seq, to } = command
      const dialled = command.cid2 === '' ? dialledOf(to) : other
      if (call?.state !== 'connected') return phone.say({ op: 2015, seq, code: -4, reason: NO_CALL })
      if (!dialled)
        return phone.say({ op: 2015, seq, code: -2, reason: 'There is nobody to transfer the call to.' })
      phone.say({ op: 2015, seq, code: 0 })
      failed(transfer(ports, call, dialled))
    },
  }
}
export type CallCommands = ReturnType<typeof createCallCommands>

const NO_CALL = 'There is no such call.'
