import type { Timer } from '#lib/clock'
import { type Api, type ApiPorts, json } from './api.ts'
import { createApiV2 } from './api-v2.ts'
import { createApiV3 } from './api-v3.ts'
import { runCall } from './calls.ts'
import { type EjoinDevice, type EjoinOptions, type EjoinPorts, LEAST_INTERVAL_MS } from './contract.ts'
import { createInbox } from './inbox.ts'
import { createEjoinPort, type EjoinPort, portsIn, REGISTERED } from './port.ts'
import { createPosts } from './posts.ts'
import { reportRow, type SmsRow, textRow } from './print.ts'
import { deviceStatus, portStatus } from './status.ts'
import { createTasks } from './tasks.ts'

const IDLE_OPS = new Set(['save', 'ledon', 'ledoff', 'get', 'redial'])

/** A simulated Ejoin: its web server, and its reports to ours. */
export const createEjoinDevice = (outside: EjoinPorts, options: EjoinOptions): EjoinDevice => {
  const { timers, chance, network, onEvent } = outside
  const { mac, username, password, manner } = options
  const { switches, quirks } = manner
  const posts = createPosts(outside, manner)
  const inbox = createInbox()
  let on = false
  let [seq, starts] = [0, 0]
  let interval: Timer | undefined
  let periodMs = manner.intervalMs
  let [deviceUrl, textsUrl] = [options.url, switches.has('received') ? options.url : '']

  const say = (url: string, type: string, members: Record<string, unknown>): void => {
    if (on) posts.say(url, { type, ...members })
  }
  const bring = (row: SmsRow): void => {
    inbox.add(row)
    if (textsUrl !== '') say(textsUrl, 'recv-sms', { sim_src: 0, sms_num: 1, sms: [row] })
  }
  const ports: EjoinPort[] = options.cards.map((cards, index) =>
    createEjoinPort(
      {
        ...{ timers, chance, network, manner },
        onChange: (port) => {
          say(deviceUrl, 'port-status', portStatus(port, manner))
          tasks.dispatch()
        },
        onText: (port, from, text) => {
          onEvent({ kind: 'received', port: port.name, from, text })
          bring(textRow({ port: port.name, from, text, atMs: timers.clock.wallMs() }, port.card, quirks))
        },
      },
      index + 1,
      cards,
    ),
  )
  const tasks = createTasks({
    ...{ timers, ports, manner },
    report: (url, body) => say(url ?? deviceUrl, 'status-report', body),
    onResult: (port, task, to, result) => {
      const { name } = port
      if (result.ok) onEvent({ kind: 'sent', port: name, to, text: task.text })
      else onEvent({ kind: 'failed', port: name, to, text: task.text, error: result.error })
      if (switches.has('sent'))
        say(deviceUrl, 'sent-sms', sentSms(port, task, to, result.ok ? 0 : result.error))
      if (!result.ok || !task.dr) return
      const start = starts
      const code = chance.happens(manner.undelivered) ? 70 : 0
      timers.after(manner.reportMs, () => {
        if (on && start === starts) bring(reportRow(name, to, code, timers.clock.wallMs()))
      })
    },
  })
  const sentSms = (port: EjoinPort, task: { tid: number; text: string }, to: string, code: number) => ({
    ...{ mac, sim_src: '0', port: port.name, seq: ++port.count.seq, sms_tid: task.tid },
    ...{ src_type: 2, src_ip: '', src_port: 0, status: code === 0 ? '0 OK' : `${code} Failed` },
    ...{ time: Math.floor(timers.clock.wallMs() / 1000), dur: 330, recver: to, smsc: '' },
    ...{ charset: 'UTF-8', data: task.text },
  })

  const status = (allSlots: boolean) => deviceStatus(ports, { seq: ++seq, mac, allSlots }, manner)
  const beat = (): void => {
    say(deviceUrl, 'dev-status', status(false))
    interval = timers.after(periodMs, beat)
  }
  const reboot = (): void => {
    timers.after(100, () => {
      device.unplug()
      timers.after(manner.rebootMs, () => device.plug())
    })
  }
  const command = (op: string, where: string): boolean => {
    const found = portsIn(where, ports)
    if (!found) return false
    if (op === 'reboot') reboot()
    for (const { port, slot } of found) {
      if (op === 'lock') port.enter(12)
      else if (op === 'unlock') port.enter(REGISTERED)
      else if (op === 'switch') port.use(slot ?? (port.slot % port.cards.length) + 1)
      else if (op === 'reset') port.use(port.slot)
    }
    return IDLE_OPS.has(op) || ['lock', 'unlock', 'switch', 'reset', 'reboot'].includes(op)
  }
  const inside: ApiPorts = {
    ...{ ports, tasks, inbox, manner, status, command },
    reportTo({ device: url, texts, periodS }) {
      deviceUrl = url ?? deviceUrl
      textsUrl = texts ?? (url !== undefined && textsUrl !== '' ? url : textsUrl)
      if (periodS === undefined) return
      if (periodS === 0) deviceUrl = ''
      else if (manner.intervalMs >= LEAST_INTERVAL_MS) periodMs = Math.max(LEAST_INTERVAL_MS, periodS * 1000)
    },
  }
  const older = createApiV2(inside)
  const calls: Api = {
    ...(!quirks.has('v3') && older),
    // Commands and settings of the older edition are there in the newer one.
    '/goip_send_cmd.html': older['/goip_send_cmd.html'] as Api[string],
    ...(!quirks.has('v2') && createApiV3(inside)),
  }

  const device: EjoinDevice = {
    handle(ask) {
      if (!on) return undefined
      const { query, path } = ask
      onEvent({ kind: 'asked', path })
      if (query.get('username') !== username || query.get('password') !== password)
        return json(401, { code: 1, reason: 'Invalid User' })
      const call = Object.hasOwn(calls, path) ? calls[path] : undefined
      return call ? json(200, call(ask)) : json(404, { code: 404, reason: 'Not Found' })
    },
    plug() {
      if (on) return
      on = true
      inbox.start(`${++starts}`.padStart(8, '0'))
      for (const port of ports) port.use(1)
      beat()
    },
    unplug() {
      on = false
      interval?.cancel()
      for (const port of ports) port.stop()
      tasks.clear()
      posts.stop()
    },
    get on() {
      return on
    },
    get ports() {
      return ports.map(({ name, card, st, radio }) => ({
        name,
        number: card.number,
        st,
        waiting: radio.waiting,
      }))
    },
    receive: (port, from, text) => {
      const { card } = ports[port - 1] ?? {}
      if (card) network.bring(from, card.number, text)
    },
    call: (port, direction, number, seconds) => {
      const found = ports[port - 1]
      if (!found) return
      const report = (cdr: Record<string, unknown>): void => {
        if (switches.has('cdr')) say(deviceUrl, 'cdr', { ...cdr, mac, ip: '192.0.2.9' })
      }
      runCall({ timers, report }, found, { direction, number, seconds })
    },
    setState: (port, st) => ports[port - 1]?.enter(st),
  }
  return device
}
