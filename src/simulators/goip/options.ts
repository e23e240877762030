import { err, ok, type Result } from '#lib/result'
import { type MobilePlan, mobileOptions, percentOf, readMobilePlan } from '../mobile/options.ts'
import { simCardAt } from '../mobile/sim-card.ts'
import type { Weather } from '../mobile/weather.ts'
import { createReader, type UeOptions } from '../option-reader.ts'
import { type GoipLineSetup, type GoipManner, realGoip } from './contract.ts'
import { GOIP_QUIRKS, type GoipFirmware, type GoipQuirk } from './quirks.ts'

/** The options of `tandem sim goip`, as the command line shows them. */
export const goipOptions: readonly (readonly [flags: string, text: string])[] = [
  ['--server <host:port>', 'the SMS server (default 127.0.0.1:44444)'],
  ['--config <file>', 'take the lines of this configuration file'],
  ['--lines <count>', 'how many lines (default: all of the configuration, else 1)'],
  ['--id <pattern>', 'their ids; # is the place of the line (default goip#)'],
  ['--password <text>', 'their password'],
  ['--device-lines <count>', 'so many of them are one device, with five sessions at once (default: all)'],
  ['--firmware <fields>', 'fields of a keepalive: 3, 7 (the manual) or 18 (default)'],
  ['--keepalive <seconds>', 'between two of them (default 30)'],
  ['--quirks <names>', `what is wrong with it: ${GOIP_QUIRKS.join(', ')}`],
  ['--loss <percent>', 'so many datagrams are lost, in each direction'],
  ['--duplicate <percent>', 'so many come twice'],
  ['--reorder <percent>', 'so many come late'],
  ...mobileOptions,
]

/** A line that the configuration knows. */
export type KnownLine = { id: string; password: string; number: string; device: string }

export type GoipPlan = MobilePlan & {
  server: { host: string; port: number }
  /** By device. */
  devices: GoipLineSetup[][]
  manner: GoipManner
  weather: Weather
}

const MOST_LINES = 20_000

/** Understands the options; `known` are the lines of the configuration file, when there is one. */
export const readGoipOptions = (
  options: UeOptions,
  known: readonly KnownLine[] | undefined,
): Result<GoipPlan, string[]> => {
  const reader = createReader(options)
  const { problems, text, number, word } = reader
  const mobile = readMobilePlan(options, reader, 38)
  const server = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text('server') ?? '127.0.0.1')
  if (!server) problems.push('--server: expected host:port')
  const quirks = (text('quirks') ?? '').split(',').filter((name) => name !== '')
  const odd = quirks.filter((name) => !GOIP_QUIRKS.some((quirk) => quirk === name))
  if (odd.length > 0) problems.push(`--quirks: ${odd.join(', ')}: there are ${GOIP_QUIRKS.join(', ')}`)
  const firmware = Number(word('firmware', ['3', '7', '18'] as const) ?? 18) as GoipFirmware
  const keepaliveMs = (number('keepalive', 0.1, 3600) ?? realGoip.keepaliveMs / 1000) * 1000
  const weather = {
    ...{ loss: percentOf(reader, 'loss'), duplicate: percentOf(reader, 'duplicate') },
    reorder: percentOf(reader, 'reorder'),
  }
  const { radio, undelivered } = mobile
  const fast = options.fast === true ? { reportMs: 50 } : {}
  const manner = {
    ...{ ...realGoip, firmware, keepaliveMs, radio, undelivered, ...fast },
    quirks: new Set(quirks as GoipQuirk[]),
  }
  const devices = devicesOf(reader, known, mobile.number)
  if (devices.length === 0) problems.push('say who the lines are: --id and --password, or --config')
  if (problems.length > 0 || !server) return err(problems)
  const host = server[1] ?? server[2] ?? ''
  return ok({ ...mobile, manner, weather, devices, server: { host, port: Number(server[3] ?? 44_444) } })
}

/** Lines of the configuration are together as it says; others as `--device-lines` does. */
const devicesOf = (
  { text, number }: ReturnType<typeof createReader>,
  known: readonly KnownLine[] | undefined,
  first: string,
): GoipLineSetup[][] => {
  const asked = number('lines', 1, MOST_LINES)
  const together = number('deviceLines', 1, MOST_LINES) ?? MOST_LINES
  const devices = new Map<string, GoipLineSetup[]>()
  const add = (device: string, line: GoipLineSetup): void => {
    const lines = devices.get(device)
    if (lines) lines.push(line)
    else devices.set(device, [line])
  }
  if (known && text('password') === undefined) {
    for (const [index, { id, password, number: own, device }] of known.slice(0, asked).entries())
      add(device || id, { id, password, sim: simCardAt(index, first, own) })
    return [...devices.values()]
  }
  const pattern = text('id') ?? 'goip#'
  for (let index = 0; index < (asked ?? 1); index++) {
    const id = pattern.includes('#') ? pattern.replace('#', `${index + 1}`) : `${pattern}${index || ''}`
    const sim = simCardAt(index, first)
    add(`${Math.floor(index / together)}`, { id, password: text('password') ?? '', sim })
  }
  return [...devices.values()]
}
