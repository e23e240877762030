import { err, ok, type Result } from '#lib/result'
import type { Candidates } from '../ports.ts'
import type { Counters } from '../remote/ports.ts'
import { tableOf } from '../table.ts'
import type { Command } from './command.ts'

/** Name and meaning of each counter; `<…>` in a name stands for what was seen. */
export type Meanings = readonly (readonly [name: string, meaning: string])[]

export type HouseCommandPorts = {
  /** The error says what is wrong. */
  mtCall(
    wish: { impi: string; file?: string } | { impu: string; file?: string },
  ): Promise<Result<{ sessionId: string }, string>>
  isImpi(name: string): boolean
  counters(): Counters
  meanings: { messages: Meanings; errors: Meanings }
  /** What is going on, in the order in which it is shown. */
  figures(): readonly (readonly [name: string, value: string])[]
  /** Addresses of connected MMEs. */
  mmes?: () => readonly string[]
  candidates?: Candidates
}

/** What the manual's section 7 has beside users, calls and texts. */
export const createHouseCommands = (ports: HouseCommandPorts): Command[] => [
  {
    name: 'mt_call',
    usage: '<impi> [sip_file]',
    summary: 'Calls a user from the server.',
    detail:
      'The user hears itself. A file with a session description is offered instead, as mt_call_sdp_file in the configuration is. An identity or a number will do as well.',
    complete: (words) => (words.length === 0 ? (ports.candidates?.impis() ?? []) : []),
    run: (rest) => mtCall(ports, rest),
  },
  {
    name: 'mme',
    usage: '',
    summary: 'Lists MME connections.',
    detail: 'MMEs connect to sctp_addr, for texts to phones without IMS.',
    run: () => {
      if (!ports.mmes) return ok('no MME is connected: SGs, over which MMEs connect, is not spoken yet')
      const all = ports.mmes()
      return ok(all.length === 0 ? 'no MME is connected' : all.join('\n'))
    },
  },
  {
    name: 'stats',
    usage: '',
    summary: 'Shows what is going on, and the counters.',
    detail: 'Counters run from the start; "cevent help msg" says what each of them means.',
    run: () => ok(statsOf(ports)),
  },
  {
    name: 'cevent',
    usage: 'help msg',
    summary: 'Explains the counters.',
    detail:
      'The names are those of "stats", of the remote API’s message stats, and of the labels in /metrics.',
    complete: (words) => (words.length === 0 ? ['help'] : words.length === 1 ? ['msg'] : []),
    run: (rest) =>
      rest.replace(/\s+/g, ' ') === 'help msg' ? ok(meaningsOf(ports)) : err('known: cevent help msg'),
  },
]

const mtCall = async (ports: HouseCommandPorts, rest: string): Promise<Result<string, string>> => {
  const [, name = '', path = ''] = /^(\S+)\s*(.*)$/s.exec(rest) ?? []
  if (name === '') return err('the user is needed: mt_call <impi> [sip_file]. "users" lists them')
  const file = path === '' ? {} : { file: path }
  const called = await ports.mtCall(ports.isImpi(name) ? { impi: name, ...file } : { impu: name, ...file })
  return called.ok ? ok(`call ${called.value.sessionId}: "calls" shows it`) : called
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1)

const countersOf = (title: string, counters: Record<string, number>): string => {
  const rows = Object.entries(counters)
    .sort(byName)
    .map(([name, count]) => [`  ${name}`, String(count)])
  return `${title}\n${rows.length === 0 ? '  none' : tableOf(undefined, rows)}`
}

const statsOf = ({ counters, figures }: HouseCommandPorts): string => {
  const { messages, errors } = counters()
  const now = tableOf(undefined, figures())
  return `${now}\n${countersOf('messages', messages)}\n${countersOf('errors', errors)}`
}

const meaningsOf = ({ meanings }: HouseCommandPorts): string => {
  const rows = (list: Meanings) => list.map(([name, meaning]) => [`  ${name}`, meaning])
  return `messages\n${tableOf(undefined, rows(meanings.messages))}\nerrors\n${tableOf(undefined, rows(meanings.errors))}`
}
