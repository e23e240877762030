import { err, ok, type Result } from '#lib/result'
import type { UserView } from '../contract.ts'
import type { MonitorPorts } from '../ports.ts'
import { isUser } from '../rest/pages.ts'
import { spanOf, tableOf } from '../table.ts'
import type { Command } from './command.ts'
import { logOptions } from './completion.ts'
import { counted, domainsOf, endOf, kindOf, shortOf, userCard, usersTable } from './views.ts'

/** A terminal is no report: more than this is asked for by a name, or at the REST interface. */
const MOST_ROWS = 1000
const LAST_CALLS = 20

export const createCommands = (ports: MonitorPorts): Command[] => [
  {
    name: 'users',
    usage: '[user or number]',
    summary: 'Lists users and their registrations.',
    detail: 'With an IMPI, an IMPU, its user part or a number: everything about that user.',
    complete: (words) => (words.length === 0 ? (ports.candidates?.users() ?? []) : []),
    run: (rest) => users(ports, rest),
  },
  {
    name: 'calls',
    usage: '[last [n] [user or number]]',
    summary: 'Lists calls in progress, or those that ended last.',
    detail: `"calls last" lists the ${LAST_CALLS} (or n) calls that ended last, of everybody or of one user.`,
    complete: ([first, ...more]) =>
      first === undefined ? ['last'] : more.length < 2 ? (ports.candidates?.users() ?? []) : [],
    run: (rest) => (rest.split(' ')[0] === 'last' ? lastCalls(ports, rest.slice(5).trim()) : calls(ports)),
  },
  {
    name: 'log',
    usage: '[log_options]',
    summary: 'Shows or changes the log options.',
    detail:
      'The syntax is that of log_options in the configuration, for example: log sip.level=debug,time=full',
    complete: (words) => (words.length === 0 ? logOptions : []),
    run: (rest) => {
      if (rest === '') return ok(ports.log.describe())
      const set = ports.log.setOptions(rest)
      return set.ok ? ok('') : set
    },
  },
  {
    name: 'quit',
    usage: '',
    summary: 'Stops the server.',
    detail: 'Calls are ended and everything is written before the process ends.',
    run: () => {
      setImmediate(ports.quit)
      return ok('stopping')
    },
  },
]

const users = ({ house }: MonitorPorts, wanted: string): Result<string, string> => {
  const shown: UserView[] = []
  let [all, registered] = [0, 0]
  for (const view of house.users()) {
    if (wanted !== '' && !isUser(view, wanted)) continue
    all++
    if (view.registered) registered++
    if (shown.length < MOST_ROWS) shown.push(view)
  }
  if (wanted !== '') return all === 0 ? err(`no user "${wanted}"`) : ok(shown.map(userCard).join('\n\n'))
  const more = all > shown.length ? `, ${all - shown.length} not shown` : ''
  return ok(`${usersTable(shown)}\n${counted(all, 'user')}, ${registered} registered${more}`)
}

const calls = ({ house, clock }: MonitorPorts): Result<string, string> => {
  const live = house.calls().filter(({ state }) => state !== 'ended')
  if (live.length === 0) return ok('no calls')
  const own = domainsOf(house.users())
  const rows = live.slice(0, MOST_ROWS).map(({ record, state }) => {
    const { id, caller, callee, answeredAtMs, startedAtMs } = record
    const span = spanOf(clock.wallMs() - (answeredAtMs ?? startedAtMs))
    return [id, state, shortOf(caller, own), shortOf(callee, own), kindOf(record), span]
  })
  return ok(
    `${tableOf(['ID', 'STATE', 'CALLER', 'CALLED', 'KIND', 'FOR'], rows)}\n${counted(live.length, 'call')}`,
  )
}

const lastCalls = async ({ house }: MonitorPorts, rest: string): Promise<Result<string, string>> => {
  const [, count = '', user = ''] = /^(\d{1,3}(?=\s|$))?\s*(.*)$/.exec(rest) ?? []
  const limit = count === '' ? LAST_CALLS : Math.max(1, Number(count))
  const records = await house.records({ limit, ended: true, ...(user !== '' && { user }) })
  if (records.length === 0) return ok('no calls')
  const own = domainsOf(house.users())
  const rows = records.map((record) => [
    new Date(record.startedAtMs).toISOString().slice(0, 19).replace('T', ' '),
    shortOf(record.caller, own),
    shortOf(record.callee, own),
    kindOf(record),
    record.answeredAtMs === undefined
      ? '-'
      : spanOf((record.endedAtMs ?? record.answeredAtMs) - record.answeredAtMs),
    endOf(record),
  ])
  return ok(tableOf(['STARTED (UTC)', 'CALLER', 'CALLED', 'KIND', 'TALK', 'END'], rows))
}
