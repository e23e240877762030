import type { CallRecord } from '#core'
import { err, ok, type Result } from '#lib/result'
import { isUser } from './pages.ts'
import type { MonitorPorts } from './ports.ts'
import { spanOf, tableOf } from './table.ts'

/** One command of the monitor; a new one is an entry here. `run` gets what stands behind the name. */
export type Command = {
  name: string
  /** What may stand behind the name, as help shows it. */
  usage: string
  summary: string
  detail: string
  run(rest: string): Result<string, string> | Promise<Result<string, string>>
}

/** A terminal is no report: more than this is asked for by a name, or at the REST interface. */
const MOST_ROWS = 1000
const LAST_CALLS = 20

export const createCommands = (ports: MonitorPorts): Command[] => [
  {
    name: 'users',
    usage: '[user or number]',
    summary: 'Lists the users and where they are registered.',
    detail: 'With an IMPI, an IMPU, its user part or a number: that user only.',
    run: (rest) => users(ports, rest),
  },
  {
    name: 'calls',
    usage: '[last [n] [user or number]]',
    summary: 'Lists the calls in progress.',
    detail: `"calls last" lists the ${LAST_CALLS} (or n) calls that ended last, of everybody or of one user.`,
    run: (rest) => (rest.split(' ')[0] === 'last' ? lastCalls(ports, rest.slice(5).trim()) : calls(ports)),
  },
  {
    name: 'log',
    usage: '[log_options]',
    summary: 'Shows or changes the log options.',
    detail:
      'The syntax is that of log_options in the configuration, for example: log sip.level=debug,time=full',
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
  const rows: string[][] = []
  let [all, registered, left] = [0, 0, 0]
  for (const view of house.users()) {
    if (wanted !== '' && !isUser(view, wanted)) continue
    all++
    if (view.registered) registered++
    if (rows.length >= MOST_ROWS) {
      left++
      continue
    }
    const head = [view.impi, view.impus[0] ?? '', view.number ?? '-', String(view.calls)]
    if (view.bindings.length === 0) rows.push([...head, '-', '', '', '', ''])
    for (const [at, b] of view.bindings.entries())
      rows.push([
        ...(at === 0 ? head : ['', '', '', '']),
        b.contact,
        b.transport,
        b.source,
        spanOf(b.expiresInS * 1000),
        b.userAgent ?? '',
      ])
  }
  if (wanted !== '' && all === 0) return err(`no user "${wanted}"`)
  const table = tableOf(
    ['IMPI', 'IMPU', 'NUMBER', 'CALLS', 'CONTACT', 'VIA', 'FROM', 'EXPIRES', 'PHONE'],
    rows,
  )
  const more = left > 0 ? `, ${left} not shown` : ''
  return ok(`${table}\n${all} users, ${registered} registered${more}`)
}

const calls = ({ house, clock }: MonitorPorts): Result<string, string> => {
  const live = house.calls().filter(({ state }) => state !== 'ended')
  const rows = live.slice(0, MOST_ROWS).map(({ record, state }) => {
    const since = record.answeredAtMs ?? record.startedAtMs
    return [record.id, state, record.caller, record.callee, kindOf(record), spanOf(clock.wallMs() - since)]
  })
  if (rows.length === 0) return ok('no calls')
  return ok(`${tableOf(['ID', 'STATE', 'CALLER', 'CALLED', 'KIND', 'FOR'], rows)}\n${live.length} calls`)
}

const kindOf = ({ kind, video }: CallRecord): string => (video ? `${kind}, video` : kind)

const lastCalls = async ({ house }: MonitorPorts, rest: string): Promise<Result<string, string>> => {
  const [, count = '', user = ''] = /^(\d{1,3}(?=\s|$))?\s*(.*)$/.exec(rest) ?? []
  const limit = count === '' ? LAST_CALLS : Math.max(1, Number(count))
  const records = await house.records({ limit, ended: true, ...(user !== '' && { user }) })
  const rows = records.map((record) => [
    new Date(record.startedAtMs).toISOString().slice(0, 19).replace('T', ' '),
    record.caller,
    record.callee,
    kindOf(record),
    record.answeredAtMs === undefined
      ? '-'
      : spanOf((record.endedAtMs ?? record.answeredAtMs) - record.answeredAtMs),
    record.status === undefined ? (record.cause ?? '') : `${record.cause ?? ''} (${record.status})`,
  ])
  return ok(
    rows.length === 0
      ? 'no calls'
      : tableOf(['STARTED (UTC)', 'CALLER', 'CALLED', 'KIND', 'TALK', 'END'], rows),
  )
}
