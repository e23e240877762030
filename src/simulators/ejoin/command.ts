import { createChance } from '../mobile/chance.ts'
import { type GatewayCommandPorts, listen } from '../mobile/command.ts'
import { createMobileNetwork } from '../mobile/network.ts'
import { shown } from '../mobile/prompt.ts'
import type { UeOptions } from '../option-reader.ts'
import type { EjoinAnswer, EjoinAsk, EjoinEvent, EjoinPorts } from './contract.ts'
import { createEjoinDevice } from './device.ts'
import { type KnownEjoin, readEjoinOptions } from './options.ts'
import { createEjoinPrompt } from './prompt.ts'

export type EjoinCommandPorts = GatewayCommandPorts & {
  known?: readonly KnownEjoin[]
  post: EjoinPorts['post']
  /** Opens the device's web server; undefined: the answer is that there is nobody. A text: why it cannot be. */
  serve: (
    at: { host: string; port: number },
    handle: (ask: EjoinAsk) => EjoinAnswer | undefined,
  ) => Promise<{ close: () => void } | string>
}

const wordsOf = (event: EjoinEvent): string => {
  if (event.kind === 'received') return `${event.port} ← ${event.from}: ${shown(event.text)}`
  if (event.kind === 'asked') return `asked ${shown(event.path)}`
  if (event.kind !== 'posted') {
    const { port, to, text, error } = event
    return error === undefined ? `${port} → ${to}: ${shown(text)}` : `${port} → ${to} failed, code ${error}`
  }
  const { type, status } = event
  return `reported ${type}: ${status > 0 ? status : status === 0 ? 'no answer' : 'not made'}`
}

/** Runs a simulated Ejoin until it has done what was asked, or is interrupted. Returns the exit code. */
export const runEjoin = async (options: UeOptions, ports: EjoinCommandPorts): Promise<number> => {
  const { print, timers } = ports
  const read = readEjoinOptions(options, ports.known)
  if (!read.ok) {
    for (const problem of read.error) print(problem)
    return 1
  }
  const plan = read.value
  const ended = Promise.withResolvers<void>()
  const count = { sent: 0, taken: 0, refused: 0 }
  let received = plan.receive === undefined
  const onEvent = (event: EjoinEvent): void => {
    print(wordsOf(event))
    if (event.kind === 'sent' && ++count.sent >= plan.texts)
      timers.after(plan.manner.reportMs + 500, ended.resolve)
    if (event.kind !== 'posted') return
    if (event.status === 200) count.taken++
    else if (event.status >= 0) count.refused++
    if (received || event.type !== 'port-status' || device.ports[0]?.st !== 3) return
    received = true
    if (plan.receive) device.receive(1, plan.receive.from, plan.receive.text)
  }
  const network = createMobileNetwork({ timers, reply: plan.reply })
  const device = createEjoinDevice(
    { timers, chance: createChance(plan.seed), network, post: ports.post, onEvent },
    plan,
  )
  const server = await ports.serve(plan.listen, device.handle)
  if (typeof server === 'string') {
    print(`--listen: ${server}`)
    return 1
  }
  const where = plan.url === '' ? 'reports nowhere until it is told' : 'reports'
  print(
    `Ejoin with ${plan.cards.length} ports, http://${plan.listen.host}:${plan.listen.port}, ${where}; "help" tells more`,
  )
  device.plug()
  if (plan.seconds !== undefined) timers.after(plan.seconds * 1000, ended.resolve)
  void listen(ports.input, createEjoinPrompt(device, ended.resolve), print)
  await Promise.race([ended.promise, ports.interrupted])
  device.unplug()
  server.close()
  print(`${count.taken} reports taken, ${count.refused} not, ${count.sent} texts left`)
  return count.refused === 0 && (plan.url === '' || count.taken > 0) ? 0 : 1
}
