import type { OpenMedia } from '../media-socket.ts'
import { createChance } from '../mobile/chance.ts'
import { type GatewayCommandPorts, listen } from '../mobile/command.ts'
import { createMobileNetwork } from '../mobile/network.ts'
import { shown } from '../mobile/prompt.ts'
import { exposed } from '../mobile/weather.ts'
import type { UeOptions } from '../option-reader.ts'
import type { GoipDevice, GoipEvent } from './contract.ts'
import { createGoipDevice } from './device.ts'
import { type GoipPlan, type KnownLine, readGoipOptions } from './options.ts'
import { createGoipPrompt } from './prompt.ts'

export type GoipCommandPorts = GatewayCommandPorts & {
  known?: readonly KnownLine[]
  openSocket: OpenMedia
}

const wordsOf = (event: GoipEvent): string => {
  const { kind, line } = event
  if (kind === 'sent') return `${line} → ${event.to}: ${shown(event.text)}`
  if (kind === 'failed') return `${line} → ${event.to} failed, error ${event.error}`
  if (kind === 'received') return `${line} ← ${event.from}: ${shown(event.text)}`
  if (kind === 'told') return `${line} told ${event.name}: ${shown(`${event.verdict} ${event.text}`)}`
  return `${line} ${kind}: ${shown(event.text)}`
}

/** Runs a simulated GoIP until it has done what was asked, or is interrupted. Returns the exit code. */
export const runGoip = async (options: UeOptions, ports: GoipCommandPorts): Promise<number> => {
  const { print, timers } = ports
  const read = readGoipOptions(options, ports.known)
  if (!read.ok) {
    for (const problem of read.error) print(problem)
    return 1
  }
  const plan = read.value
  const address = await ports.resolve(plan.server.host)
  if (address === undefined) {
    print(`--server: nobody knows ${plan.server.host}`)
    return 1
  }
  const ended = Promise.withResolvers<void>()
  const count = { sent: 0, untaken: 0, accepted: new Set<string>() }
  const onEvent = (event: GoipEvent): void => {
    print(wordsOf(event))
    if (event.kind === 'sent' && ++count.sent >= plan.texts)
      timers.after(plan.manner.reportMs + 500, ended.resolve)
    if (event.kind === 'told' && event.name === 'RECEIVE' && event.verdict !== 'OK') count.untaken++
    if (event.kind !== 'registered') return
    const first = count.accepted.size === 0
    count.accepted.add(event.line)
    if (first && plan.receive) devices[0]?.lines[0]?.receive(plan.receive.from, plan.receive.text)
  }
  const lines = plan.devices.flat().length
  const devices = build(plan, { ...ports, address, onEvent })
  print(
    `GoIP with ${lines} ${lines === 1 ? 'line' : 'lines'} towards ${plan.server.host}:${plan.server.port}; "help" tells more`,
  )
  for (const device of devices) await device.plug()
  if (plan.seconds !== undefined) timers.after(plan.seconds * 1000, ended.resolve)
  void listen(ports.input, createGoipPrompt(devices, ended.resolve), print)
  await Promise.race([ended.promise, ports.interrupted])
  for (const device of devices) device.unplug()
  print(`${count.accepted.size} of ${lines} lines registered, ${count.sent} texts left`)
  return count.accepted.size === lines && count.untaken === 0 ? 0 : 1
}

const build = (
  plan: GoipPlan,
  ports: GoipCommandPorts & { address: string; onEvent: (event: GoipEvent) => void },
): GoipDevice[] => {
  const { timers, onEvent, address } = ports
  const chance = createChance(plan.seed)
  const network = createMobileNetwork({ timers, reply: plan.reply })
  const openSocket = async () => exposed(await ports.openSocket(address), plan.weather, { timers, chance })
  const server = { address, port: plan.server.port }
  return plan.devices.map((lines) =>
    createGoipDevice(
      { timers, chance, network, onEvent, server, openSocket },
      { lines, manner: plan.manner },
    ),
  )
}
