import type { GatewayDriver, Place, UssdReply } from '#core'
import { printCardPort } from '#ejoin-wire'
import type { Clock } from '#lib/clock'
import { err, ok, type Result } from '#lib/result'
import type { DeviceClient } from './client.ts'
import type { EjoinDevice, EjoinDevices } from './devices.ts'
import type { createSending, Target } from './sending.ts'
import { isOurs } from './tids.ts'

/** USSD takes up to 30 s on the network. */
const USSD_MS = 45_000
const COMMAND_MS = 15_000
const NO_WAY_OUT =
  'an Ejoin has no word to leave a menu: choose what ends it there, or wait until the network gives up'

/** Operations of goip_send_cmd: of a port, or of the whole device. */
const OF_PORT = ['lock', 'unlock', 'switch', 'reset', 'ledon', 'ledoff', 'redial']
const OF_DEVICE = ['reboot', 'save']
const SET_NUMBER = 'set_number'
export const EJOIN_COMMANDS: readonly string[] = [...OF_PORT, ...OF_DEVICE, SET_NUMBER]

type DriverPorts = {
  devices: EjoinDevices
  clients: ReadonlyMap<string, DeviceClient>
  sending: ReturnType<typeof createSending>
  nextId: () => Promise<number>
  clock: Clock
}

/** `2` or `1.02` as a slot of that port; undefined when it is neither. */
const slotOf = (port: number, word: string): number | undefined => {
  const [, own, slot] = /^(?:(\d{1,3})\.)?(\d{1,2})$/.exec(word) ?? []
  return slot === undefined || Number(slot) === 0 || (own !== undefined && Number(own) !== port)
    ? undefined
    : Number(slot)
}

/** What is said to devices through their web servers. */
export const createEjoinDriver = ({
  devices,
  clients,
  sending,
  nextId,
  clock,
}: DriverPorts): GatewayDriver => {
  const targetOf = ({ device: name, line }: Place): Target | string => {
    const device = devices.byName(name)
    if (!device) return `there is no Ejoin device ${name}`
    const client = clients.get(name)
    if (!client) return `the configuration has no url of ${name}`
    return { device, client, port: line }
  }
  const currentSlot = (device: EjoinDevice, port: number): number => {
    const current = device.ports.get(port)?.current
    return Number(/\.(\d+)$/.exec(current ?? '')?.[1] ?? 1)
  }

  /** Ports that wait for the mobile network's answer. */
  const asking = new Set<string>()
  /**
   * A choice in a menu is one more code at the same port, which the device passes on while the network waits for one.
   * Nothing in an answer tells a menu from a last word.
   */
  const dial = async ({ client, port }: Target, code: string): Promise<Result<UssdReply, string>> => {
    const answer = await client.ask(client.dialect.ussd(port, code), USSD_MS)
    if (!answer.ok) return err(answer.error.text)
    const said = client.dialect.ussdIn(answer.value)
    if (!said) return err('the device answered something else')
    return said.ok ? ok({ text: said.text, open: true }) : err(said.text || `code ${said.code}`)
  }

  return {
    kind: 'ejoin',
    commands: EJOIN_COMMANDS,
    async send(line, text) {
      const target = targetOf(line)
      if (typeof target === 'string') return { kind: 'refused', fault: 'line', reason: target }
      return sending.send(target, text)
    },
    nextTask: () =>
      nextId().then(
        (id) => `${id}`,
        () => undefined,
      ),
    follow(line, task, sinceMs) {
      const device = devices.byName(line.slice(0, line.indexOf('/')))
      const client = device && clients.get(device.name)
      const id = Number(task)
      if (!device || !client || !isOurs(id)) return undefined
      return sending.follow(device, client, id, clock.wallMs() - sinceMs)
    },
    async ussd(line, code) {
      const target = targetOf(line)
      if (typeof target === 'string') return err(target)
      if (code === undefined) return err(NO_WAY_OUT)
      if (!/^[0-9*#+]{1,64}$/.test(code)) return err('a USSD code is made of digits, * and #')
      if (asking.has(line.id)) return err('a USSD code is under way on this port')
      asking.add(line.id)
      return dial(target, code).finally(() => asking.delete(line.id))
    },
    async command(line, name, values) {
      const target = targetOf(line)
      if (typeof target === 'string') return err(target)
      const { dialect, ask } = target.client
      const request = requestOf(target, name, values, currentSlot)
      if (typeof request === 'string') return err(request)
      const answer = await ask(
        'op' in request
          ? dialect.command(request.op, request.ports)
          : dialect.setNumber(request.index, request.number),
        COMMAND_MS,
      )
      if (!answer.ok) return err(answer.error.text)
      const said = dialect.commandIn(answer.value)
      if (!said) return err('the device answered something else')
      return said.ok ? ok(said.text || 'ok') : err(said.text || `code ${said.code}`)
    },
  }
}

/** The command in the device's words, or what is wrong with it. */
const requestOf = (
  { device, port }: Target,
  name: string,
  [first = '', second]: string[],
  currentSlot: (device: EjoinDevice, port: number) => number,
): { op: string; ports: string } | { index: number; number: string } | string => {
  const number = Number(port)
  if (OF_DEVICE.includes(name)) return { op: name, ports: '*' }
  if (name === SET_NUMBER) {
    if (!/^\+?\d{1,20}$/.test(first)) return 'set_number takes a number, and a slot'
    const slot = second === undefined ? currentSlot(device, number) : slotOf(number, second)
    if (slot === undefined || slot > device.slots) return `slots of ${device.name} are 1 to ${device.slots}`
    return { index: (number - 1) * device.slots + slot - 1, number: first }
  }
  if (!OF_PORT.includes(name)) return `${name.slice(0, 32)} is no command of an Ejoin`
  if (name !== 'switch' && first === '') return { op: name, ports: port }
  const slot = slotOf(number, first)
  return slot === undefined
    ? `${name} takes a slot of the port`
    : { op: name, ports: printCardPort({ port: number, slot }) }
}
