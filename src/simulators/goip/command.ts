import type { OpenMedia } from '../media-socket.ts'
import { createChance } from '../mobile/chance.ts'
import { type GatewayCommandPorts, listen } from '../mobile/command.ts'
import { createMobileNetwork } from '../mobile/network.ts'
import { type Prompt, shown } from '../mobile/prompt.ts'
import { exposed } from '../mobile/weather.ts'
import type { UeOptions } from '../option-reader.ts'
import type { GoipDevice, GoipEvent, GoipLine } from './contract.ts'
import { createGoipDevice } from './device.ts'
import { type GoipPlan, type KnownLine, readGoipOptions } from './options.ts'

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
    if (first && plan.receive) device.lines[0]?.receive(plan.receive.from, plan.receive.text)
  }
  const device = build(plan, { ...ports, address, onEvent })
  print(
    `GoIP with ${plan.lines.length} lines towards ${plan.server.host}:${plan.server.port}; "help" tells more`,
  )
  await device.plug()
  if (plan.seconds !== undefined) timers.after(plan.seconds * 1000, ended.resolve)
  void listen(ports.input, promptOf(device, ended.resolve), print)
  await Promise.race([ended.promise, ports.interrupted])
  device.unplug()
  print(`${count.accepted.size} of ${plan.lines.length} lines registered, ${count.sent} texts left`)
  return count.accepted.size === plan.lines.length && count.untaken === 0 ? 0 : 1
}

const build = (
  plan: GoipPlan,
  ports: GoipCommandPorts & { address: string; onEvent: (event: GoipEvent) => void },
): GoipDevice => {
  const { timers, onEvent, address } = ports
  const chance = createChance(plan.seed)
  const network = createMobileNetwork({ timers, reply: plan.reply })
  return createGoipDevice(
    {
      ...{ timers, chance, network, onEvent, server: { address, port: plan.server.port } },
      openSocket: async () => exposed(await ports.openSocket(address), plan.weather, { timers, chance }),
    },
    { lines: plan.lines, manner: plan.manner },
  )
}

const promptOf = (device: GoipDevice, quit: () => void): Prompt => {
  /** The first word may name a line; else it is the first one. */
  const at = (words: string[], run: (line: GoipLine, rest: string[]) => void): string | undefined => {
    const named = device.line(words[0] ?? '')
    const line = named ?? device.lines[0]
    if (!line) return 'no such line'
    run(line, named ? words.slice(1) : words)
    return undefined
  }
  const receive = (words: string[]) =>
    at(words, (line, [from = '+15550100900', ...text]) => line.receive(from, text.join(' ') || 'hello'))
  const call = (words: string[]) =>
    at(words, (line, [way, number = '+15550100900', seconds = '5']) =>
      line.call(way === 'out' ? 'out' : 'in', number, Number(seconds) || 5),
    )
  const tell = (words: string[]) =>
    at(words, (line, [name = 'USSN', ...rest]) => line.tell(name, rest.join(' ')))
  const show = () =>
    device.lines
      .slice(0, 50)
      .map(({ id, number, registered, waiting }) => {
        const state = registered ? 'registered' : 'not registered'
        return `  ${id.padEnd(16)} ${number.padEnd(16)} ${state}${waiting > 0 ? `, ${waiting} waiting` : ''}`
      })
      .join('\n')
  return {
    lines: { about: 'lines', run: show },
    receive: { about: 'receive [LINE] FROM TEXT    a text arrives', run: receive },
    call: { about: 'call [LINE] in|out NUMBER SECONDS', run: call },
    tell: { about: 'tell [LINE] NAME key:value;…    for example: tell USSN msg:hello', run: tell },
    leave: {
      about: 'leave [LINE]    out of the mobile network',
      run: (words) => at(words, (line) => line.setRegistered(false)),
    },
    return: {
      about: 'return [LINE]    back into it',
      run: (words) => at(words, (line) => line.setRegistered(true)),
    },
    unplug: {
      about: 'unplug    pull the plug',
      run: () => {
        device.unplug()
        return 'no power'
      },
    },
    plug: {
      about: 'plug',
      run: () => {
        void device.plug()
        return undefined
      },
    },
    quit: {
      about: 'quit',
      run: () => {
        quit()
        return undefined
      },
    },
  }
}
