import { err, ok, type Result } from '#lib/result'
import { type MobilePlan, mobileOptions, percentOf, readMobilePlan } from '../mobile/options.ts'
import { simCardAt } from '../mobile/sim-card.ts'
import { createReader, type UeOptions } from '../option-reader.ts'
import {
  EJOIN_QUIRKS,
  EJOIN_SWITCHES,
  type EjoinManner,
  type EjoinOptions,
  type EjoinQuirk,
  type EjoinSwitch,
  LEAST_INTERVAL_MS,
  realEjoin,
} from './contract.ts'

/** The options of `tandem sim ejoin`, as the command line shows them. */
export const ejoinOptions: readonly (readonly [flags: string, text: string])[] = [
  ['--url <url>', 'where it reports to (default: that of --config, else nowhere until it is told)'],
  ['--listen <host:port>', 'its own web server (default 127.0.0.1:8300)'],
  ['--config <file>', 'be a device of this configuration file'],
  ['--device <name>', 'which one (default: the first)'],
  ['--mac <mac>', 'who it is (default 02-00-5e-00-00-10)'],
  ['--username <text>', 'of its web server (default root)'],
  ['--password <text>', 'of its web server (default root)'],
  ['--ports <count>', 'how many ports (default 2)'],
  ['--slots <count>', 'how many cards for each (default 1)'],
  ['--interval <seconds>', 'between two reports of the whole device (default 60, least 30 unless --fast)'],
  ['--report <names>', `what it reports: ${EJOIN_SWITCHES.join(', ')}, all (default cdr,call-control)`],
  ['--quirks <names>', `what is odd about it: ${EJOIN_QUIRKS.join(', ')}`],
  ['--lose-posts <percent>', 'so many reports are never made'],
  ['--repeat-posts <percent>', 'so many are made twice'],
  ['--reorder-posts <percent>', 'so many come late, behind others'],
  ...mobileOptions,
]

/** A device that the configuration knows. `url`: its own web address. */
export type KnownEjoin = {
  name: string
  mac: string
  url: string
  username: string
  password: string
  report: string
}

export type EjoinPlan = MobilePlan & EjoinOptions & { listen: { host: string; port: number } }

/** Understands the options; `known` are the devices of the configuration file, when there is one. */
export const readEjoinOptions = (
  options: UeOptions,
  known: readonly KnownEjoin[] | undefined,
): Result<EjoinPlan, string[]> => {
  const reader = createReader(options)
  const { problems, text, number } = reader
  const mobile = readMobilePlan(options, reader, 7)
  const own = known?.find(({ name }) => name === (text('device') ?? name))
  if (known && text('device') !== undefined && !own)
    problems.push(`--device: the configuration knows ${known.map(({ name }) => name).join(', ') || 'none'}`)
  const listen = listenOf(text('listen') ?? addressIn(own?.url) ?? '127.0.0.1:8300')
  if (!listen) problems.push('--listen: expected host:port')
  const [ports, slots] = [number('ports', 1, 512) ?? 2, number('slots', 1, 8) ?? 1]
  const cards = Array.from({ length: ports }, (_, port) =>
    Array.from({ length: slots }, (_, slot) => simCardAt(port * slots + slot, mobile.number)),
  )
  const manner = mannerOf(options, reader, mobile)
  if (problems.length > 0 || !listen) return err(problems)
  return ok({
    ...{ ...mobile, cards, manner, listen },
    mac: text('mac') ?? (own?.mac || '02-00-5e-00-00-10'),
    username: text('username') ?? own?.username ?? 'root',
    password: text('password') ?? own?.password ?? 'root',
    url: text('url') ?? own?.report ?? '',
  })
}

const mannerOf = (
  options: UeOptions,
  reader: ReturnType<typeof createReader>,
  { radio, undelivered }: MobilePlan,
): EjoinManner => {
  const { text, number, problems } = reader
  const fast = options.fast === true
  const least = fast ? 0.1 : LEAST_INTERVAL_MS / 1000
  const named = <N extends string>(option: string, names: readonly N[], fallback: Iterable<N>): Set<N> => {
    const value = text(option)
    if (value === undefined) return new Set(fallback)
    if (value === 'all') return new Set(names)
    const wanted = value.split(',').filter((name) => name !== '')
    if (wanted.every((name) => names.some((known) => known === name))) return new Set(wanted as N[])
    problems.push(`--${option}: expected ${names.join(', ')}`)
    return new Set()
  }
  return {
    ...{ ...realEjoin, radio, undelivered },
    ...(fast && { reportMs: 50, stepMs: 20, postAgainMs: 1000 }),
    quirks: named<EjoinQuirk>('quirks', EJOIN_QUIRKS, []),
    switches: named<EjoinSwitch>('report', EJOIN_SWITCHES, realEjoin.switches),
    intervalMs: (number('interval', least, 86_400) ?? realEjoin.intervalMs / 1000) * 1000,
    losePosts: percentOf(reader, 'losePosts'),
    repeatPosts: percentOf(reader, 'repeatPosts'),
    reorderPosts: percentOf(reader, 'reorderPosts'),
  }
}

const listenOf = (text: string): { host: string; port: number } | undefined => {
  const found = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text)
  return found ? { host: found[1] ?? found[2] ?? '', port: Number(found[3]) } : undefined
}

const addressIn = (url: string | undefined): string | undefined => {
  const found = /^http:\/\/(\[[^\]]+\]|[^:/]+)(?::(\d{1,5}))?/.exec(url ?? '')
  return found ? `${found[1]}:${found[2] ?? '80'}` : undefined
}
