import { parseFromServer } from '#goip-wire'
import type { Timer } from '#lib/clock'
import type { Endpoint } from '#lib/wire'
import type { MediaSocket } from '../media-socket.ts'
import { createRadio } from '../mobile/radio.ts'
import { createUssdMenu } from '../mobile/ussd-menu.ts'
import { createBulk, type Share } from './bulk.ts'
import { answerOf, type ChannelActs, type ChannelState } from './commands.ts'
import type { GoipLine, GoipLineSetup, GoipManner, GoipPorts } from './contract.ts'
import { printKeepalive } from './keepalive.ts'
import { createNotices } from './notices.ts'

type LinePorts = GoipPorts & { share: Share; manner: GoipManner; reboot: () => void }

const MODULE_MS = 5000

/** One channel of a device: its card, its port, and what it says to the server. */
export const createGoipLine = (
  ports: LinePorts,
  { id, password, sim }: GoipLineSetup,
): GoipLine & { start(socket: MediaSocket, firstMs: number): void; stop(): void } => {
  const { timers, chance, network, server, manner, onEvent } = ports
  const state: ChannelState = {
    ...{ number: sim.number, imei: sim.imei, expiryMinutes: -1, remainMinutes: -1, intervalS: 0 },
    ...{ cell: '0C3D', module: true, reporting: true, inCall: false },
  }
  let socket: MediaSocket | undefined
  let leave: (() => void) | undefined
  let timer: Timer | undefined
  let [count, accepted, call] = [0, false, 'IDLE']

  /** Who asked last: answers go there, what the channel tells by itself goes to the server of its settings. */
  let asker = server
  const say = (text: string): void => socket?.send(Buffer.from(text), server)
  const answer = (text: string): void => socket?.send(Buffer.from(text), asker)
  const radio = createRadio({ timers, chance, network }, () => state.number, manner.radio)
  const credentials = `id:${id};password:${password};`
  const notices = createNotices({
    ...{ timers, manner, credentials, say },
    onEnd: (name, verdict, text) => onEvent({ kind: 'told', line: id, name, verdict, text }),
  })
  const menu = createUssdMenu({ number: sim.number, balance: '4.20' })
  const bulk = createBulk({
    ...{ timers, chance, radio, manner, share: ports.share, password, say: answer },
    onResult: (to, text, result, reference) => {
      if (result.ok) onEvent({ kind: 'sent', line: id, to, text })
      else onEvent({ kind: 'failed', line: id, to, text, error: result.error })
      if (reference !== undefined) confirm(to, reference)
    },
  })
  /** The mobile network's delivery report: TP-Status 0, or 70, "validity period expired". */
  const confirm = (to: string, reference: number): void => {
    const status = chance.happens(manner.undelivered) ? 70 : 0
    const number = manner.firmware === 18 ? `;num:${to}` : ''
    later(manner.reportMs, () => notices.tell('DELIVER', `sms_no:${reference};state:${status}${number}`))
  }
  /** Only while the device stays on. */
  const later = (ms: number, run: () => void): void => {
    const at = socket
    timers.after(ms, () => socket && socket === at && run())
  }

  const keepalive = (): void => {
    count++
    const { number, remainMinutes, cell } = state
    const facts = { count, id, password, number, sim, registered: radio.registered && state.module }
    say(printKeepalive(manner.firmware, { ...facts, call, remainMinutes, cell, smsLogin: accepted }))
    timer = timers.after(manner.keepaliveMs, keepalive)
  }
  const onRegistered = (status: string): void => {
    const good = status === '0' || status === '200'
    if (good !== accepted || count === 1)
      onEvent({ kind: good ? 'registered' : 'refused', line: id, text: `status ${status}` })
    accepted = good
  }

  const onUssd = (session: string, rest: string): void => {
    const [word, code = ''] = rest.split(' ')
    if (word !== password) return answer(`ERROR ${session} PASSWORD`)
    const screen = radio.registered ? menu.dial(code) : undefined
    const tell = (): void =>
      answer(screen ? `USSD ${session} ${screen.text}` : `USSDERROR ${session} unknown`)
    later(manner.radio.leastMs, tell)
  }
  const acts: ChannelActs = {
    dropCall: () => hangUp('Normal call clearing'),
    rebootModule: () => {
      line.setRegistered(false)
      later(MODULE_MS, () => line.setRegistered(true))
    },
    rebootDevice: ports.reboot,
    setModule: (on) => {
      state.module = on
      line.setRegistered(on)
    },
    listCells: () => notices.tell('CELLS', 'lists:0C3D,0C3E,0C3F,'),
  }
  const hangUp = (cause: string): void => {
    if (call === 'IDLE') return
    call = 'IDLE'
    state.inCall = false
    notices.tell('HANGUP', `num:,cause:${cause}`)
    notices.tell('STATE', 'gsm_remain_state:IDLE')
  }

  const onCommand = (word: string, session: string, rest: string): void => {
    if (bulk.take(word, session, rest)) return
    if (word === 'USSD') return onUssd(session, rest)
    if (word === 'USSDEXIT') {
      menu.leave()
      return answer(`USSDEXIT ${session}`)
    }
    const words = answerOf([word, session, rest], password, state, acts)
    onEvent({ kind: 'asked', line: id, text: word })
    answer(words ?? `ERROR ${session} unknown command`)
  }
  const onPacket = (octets: Uint8Array, from: Endpoint): void => {
    const message = parseFromServer(octets)
    if (!message.ok) return
    const { value } = message
    if (value.kind === 'registered') onRegistered(value.status)
    else if (value.kind === 'receipt') {
      const { name, receipt, verdict, text } = value
      // A password that is called OK looks like a receipt.
      if (!notices.take(name, receipt, verdict, text)) bulk.take(name, receipt, `${verdict} ${text}`.trim())
    } else {
      asker = { address: from.address, port: from.port }
      onCommand(value.word, value.session, value.rest)
    }
  }

  const line: ReturnType<typeof createGoipLine> = {
    id,
    get number() {
      return state.number
    },
    get registered() {
      return accepted
    },
    get waiting() {
      return radio.waiting
    },
    receive(from, text) {
      onEvent({ kind: 'received', line: id, from, text })
      const smsc = manner.firmware === 18 ? 'smscnum:+15550000001;' : ''
      notices.tell('RECEIVE', `srcnum:${from};${smsc}msg:${text}`)
    },
    tell: (name, fields) => notices.tell(name, fields),
    call(direction, number, seconds) {
      notices.tell('STATE', `gsm_remain_state:${direction === 'in' ? 'INCOMING' : 'DIALING'}:${number}`)
      notices.tell('RECORD', `dir:${direction === 'in' ? 1 : 2};num:${number}`)
      call = `CONNECTED:${number}`
      state.inCall = true
      later(seconds * 1000, () => {
        if (call === 'IDLE') return
        notices.tell('EXPIRY', `exp:${seconds}`)
        hangUp('Normal call clearing')
        notices.tell('REMAIN', `gsm_remain_time:${state.remainMinutes}`)
      })
    },
    setRegistered(on) {
      radio.registered = on
      leave?.()
      leave =
        on && socket ? network.attach(state.number, ({ from, text }) => line.receive(from, text)) : undefined
    },
    start(opened, firstMs) {
      socket = opened
      asker = server
      socket.onPacket = onPacket
      ;[count, accepted, call] = [0, false, 'IDLE']
      line.setRegistered(state.module)
      timer = timers.after(firstMs, keepalive)
    },
    stop() {
      leave?.()
      leave = undefined
      timer?.cancel()
      notices.clear()
      bulk.clear()
      radio.stop()
      socket?.close()
      socket = undefined
      accepted = false
    },
  }
  return line
}
