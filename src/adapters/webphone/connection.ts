import type { Timer } from '#lib/clock'
import type { LinkUser, MessageLink } from '#lib/message-link'
import { type Command, dialectOf, type Fault, type Quality } from '#webcall'
import type { WebCarrier } from './carrier.ts'
import type { CallCommands } from './commands.ts'
import { isDescription, showsVideo } from './descriptions.ts'
import { callAsGuest } from './guests.ts'
import { onLamps } from './lamps.ts'
import type { Logins } from './logins.ts'
import { createPhone } from './phone.ts'
import type { WebphonePorts } from './ports.ts'
import { createRate } from './rate.ts'
import type { Session, Sessions } from './sessions.ts'
import type { WebTexts } from './texts.ts'
import { leave } from './transfers.ts'
import { type Connection, takeNonce } from './visitor.ts'
import type { Phone, WebCall } from './web-call.ts'

/** Who says nothing of who it is goes again. */
const STRANGER_MS = 15_000
const NONCE_MS = 60_000
const POLICY = 1008
const MOST_FAULTS = 20

export type ConnectionPorts = WebphonePorts & {
  sessions: Sessions
  commands: CallCommands
  texts: WebTexts
  logins: Logins
  carrier?: WebCarrier
  hasRoom(video: boolean): boolean
  /** Browsers without an account that call. */
  guestPhones: Set<Phone>
  /** Who is nobody yet. */
  strangers: { enter(address: string): void; leave(address: string): void }
}

const ANYBODY = new Set<number>([1000, 1001, 1011])
const NO_CODE = new Set<number>([1017, 1018])

const carryOut = (ports: ConnectionPorts, connection: Connection, command: Command): void => {
  const { say } = connection
  const { op, seq } = command
  if (op === 1000) {
    const text = Buffer.from(ports.random.bytes(8)).toString('hex')
    connection.nonce = { text, untilMs: ports.timers.clock.nowMs() + NONCE_MS }
    return say({ op: 2000, seq, nonce: text })
  }
  if (op === 1001) return ports.logins.register(connection, command)
  if (op === 1011) return onGuest(ports, connection, command)
  const phone = connection.session?.phone ?? connection.guest
  if (phone) return carryOutFor(phone, ports, connection, command)
  if (!NO_CODE.has(op)) {
    // Nobody's: the code that the manual has for it, or a plain no.
    const code = op === 1002 || op === 1003 ? -1 : op === 1009 || op === 1014 ? -2 : -4
    say({ op: op + 1000, seq, code, reason: 'Nobody is logged in here.' })
  }
}

/** What guests may say as well: commands about calls that they have. */
const carryOutFor = (
  phone: Phone,
  ports: ConnectionPorts,
  connection: Connection,
  command: Command,
): void => {
  const { commands } = ports
  const { session, say } = connection
  const { op, seq } = command
  const call = 'cid' in command ? phone.calls.get(command.cid) : undefined
  if (op === 1004) return commands[1004](phone, call, command)
  if (op === 1005) return commands[1005](phone, call, command)
  if (op === 1006) return commands[1006](phone, call, command)
  if (op === 1007) return commands[1007](phone, call, command)
  if (op === 1010) return commands[1010](phone, call, phone.calls.get(command.cid2), command)
  if (op === 1012) return commands[1012](phone, call, command)
  if (op === 1017) {
    if (call) noteQuality(ports, call, command.quality)
    return
  }
  if (session) return carryOutIn(session, ports, connection, command, call)
  const code = op === 1002 || op === 1003 ? -1 : op === 1008 ? -4 : -2
  if (!NO_CODE.has(op)) say({ op: op + 1000, seq, code, reason: 'Guests cannot do that.' })
}

/** The rest is for who is logged in. */
const carryOutIn = (
  session: Session,
  ports: ConnectionPorts,
  connection: Connection,
  command: Command,
  call: WebCall | undefined,
): void => {
  const { commands, texts, settings } = ports
  const { phone } = session
  const { op } = command
  if (op === 1002) return ports.logins.unregister(connection, session, command)
  if (op === 1003) return commands[1003](phone, session.account, command)
  if (op === 1008) return commands[1008](phone, session.account, call, command)
  if (op === 1009) return void texts.send(session, command)
  if (op === 1014)
    return onLamps(session.account.upstream?.lamps ?? ports.lamps, settings.maxBlf, session, command)
  // Not for guests: whom they may call says a list, and nobody asked them whether to keep what is said.
  if (op === 1013) return void commands[1013](phone, call, command)
  if (op === 1015) return commands[1015](phone, call, phone.calls.get(command.cid2), command)
  if (op === 1018) ports.carrier?.onHas(session, command.id)
}

/** Below this people complain. */
const POOR_MOS = 3.5

/** 1017: what a page measured. Once it is poor the log says so, once for each call. */
const noteQuality = ({ log }: ConnectionPorts, call: WebCall, quality: Quality): void => {
  const { mos = 5, rttMs = 0, jitterMs = 0, lossPercent = 0 } = quality
  const wasPoor = (call.quality?.mos ?? 5) < POOR_MOS
  if (mos >= POOR_MOS || wasPoor) return
  call.quality = quality
  const what = `web phone ${call.phone.account?.tel ?? 'of a guest'}: call ${call.ucid} sounds poor`
  const [score, loss] = [mos.toFixed(1), lossPercent.toFixed(1)]
  const times = `${Math.round(rttMs)} ms, jitter ${Math.round(jitterMs)} ms`
  log.write('media', 'info', `${what}: MOS ${score}, ${times}, ${loss} % lost`)
}

/** 1011: the nonce of this connection, once; after that it may speak of the calls that it made. */
const onGuest = (
  ports: ConnectionPorts,
  connection: Connection,
  command: Extract<Command, { op: 1011 }>,
): void => {
  const { link, dialect, say } = connection
  const { seq } = command
  const nonce = takeNonce(connection, ports.timers.clock.nowMs())
  if (!dialect || nonce === '' || nonce !== command.nonce) {
    ports.guard.fail(link.address)
    return say({ op: 2011, seq, code: -2, reason: 'Say 1000 first: a nonce is good once, for a minute.' })
  }
  if (!isDescription(command.sdp))
    return say({ op: 2011, seq, code: -2, reason: 'sdp is no session description.' })
  const phone =
    connection.session?.phone ?? connection.guest ?? createPhone(ports.random, dialect, link, undefined)
  if (phone.calls.size > 0 || !ports.hasRoom(showsVideo(command.sdp)))
    return say({ op: 2011, seq, code: -3, reason: 'There are too many calls at the moment.' })
  if (!connection.session) {
    connection.guest = phone
    ports.guestPhones.add(phone)
  }
  if (callAsGuest(ports, phone, link, command)) connection.known()
}

/** A new connection of whoever it is. */
export const createConnection = (ports: ConnectionPorts, link: MessageLink): LinkUser => {
  const { timers, sessions, strangers, guard } = ports
  const mayGo = createRate(timers.clock)
  let faults = 0
  let stranger: Timer | undefined = timers.after(STRANGER_MS, () => link.close(POLICY))
  strangers.enter(link.address)
  const acquainted = (): void => {
    if (!stranger) return
    stranger.cancel()
    stranger = undefined
    strangers.leave(link.address)
  }
  const connection: Connection = {
    ...{ link, dialect: undefined, nonce: undefined, session: undefined, guest: undefined },
    entering: false,
    say: (pdu) => {
      const text = connection.dialect?.print(pdu)
      if (text !== undefined) link.send(text)
    },
    known: acquainted,
  }
  const onFault = ({ op, seq, code, reason }: Fault): void => {
    if (op === 0 && ++faults > MOST_FAULTS) return link.close(POLICY)
    connection.say({ op: op === 0 ? 2000 : op + 1000, seq, code, reason })
  }
  return {
    onMessage(text) {
      if (!link.open) return
      if (!mayGo() || guard.blocked(link.address)) return link.close(POLICY)
      connection.dialect ??= dialectOf(text)
      const command = connection.dialect.parse(text)
      if (!command.ok) return onFault(command.error)
      const isKnown = connection.session ?? connection.guest
      if (!isKnown && !ANYBODY.has(command.value.op) && ++faults > MOST_FAULTS) return link.close(POLICY)
      carryOut(ports, connection, command.value)
    },
    onClose(code) {
      acquainted()
      const { session, guest } = connection
      connection.session = undefined
      if (session) sessions.lost(session, link, code)
      if (!guest) return
      ports.guestPhones.delete(guest)
      for (const call of [...guest.calls.values()]) leave(call)
    },
  }
}
