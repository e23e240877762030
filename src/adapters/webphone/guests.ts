import type { GuestFault } from '#core'
import type { MessageLink } from '#lib/message-link'
import type { CommandOf } from '#webcall'
import { line } from './names.ts'
import { type OutgoingPorts, startCall } from './outgoing.ts'
import type { WebphonePorts } from './ports.ts'
import type { Phone, WebCall } from './web-call.ts'

type GuestPorts = OutgoingPorts & Pick<WebphonePorts, 'guests'>

/** 1011: a call without an account. */
export const callAsGuest = (
  ports: GuestPorts,
  phone: Phone,
  link: MessageLink,
  command: CommandOf<1011>,
): WebCall | undefined => {
  const { seq, to, sdp, disp, from, cdata, skill, ticket } = command
  const { guests } = ports
  const refuse = (code: number, reason: string, fault: GuestFault): undefined => {
    phone.say({ op: 2011, seq, code, reason, fault })
  }
  if (!guests?.enabled) return refuse(-1, 'Calls of guests are switched off here.', 'off')
  const pass = guests.admit({
    ...{ to, address: link.address },
    ...(link.origin !== undefined && { origin: link.origin }),
    ...(link.host !== undefined && { host: link.host }),
    ...(ticket !== undefined && { ticket }),
    ...(disp !== '' && { disp: line(disp) }),
    ...(from !== '' && { from: line(from) }),
    ...(cdata !== '' && { cti: line(cdata, 4096) }),
    ...(skill !== '' && { skill: line(skill, 4096) }),
  })
  if (!pass.ok) {
    const { why, code, reason } = pass.error
    return refuse(why === 'overloaded' ? -3 : why === 'bad-request' ? -2 : -1, reason, code)
  }
  return startCall(ports, phone, sdp, pass.value, (call) =>
    phone.say({ op: 2011, seq, cid: call.cid, code: 0 }),
  )
}
