import type { Line } from '#core'
import { err, ok, type Result } from '#lib/result'
import type { GatewayDesk } from '../gateways/ports.ts'
import { isMeant } from '../gateways/views.ts'
import { tableOf } from '../table.ts'
import type { Command } from './command.ts'
import { routesCommand } from './routes.ts'
import { timeOf } from './text-views.ts'
import { trunksCommand } from './trunks.ts'
import { counted } from './views.ts'

const MOST_ROWS = 1000
const MOST_LOOKED_AT = 50_000
const NEEDED = 'the line is needed: "lines" shows the ids'

/** Gateways with SIM cards, for somebody at a terminal. */
export const createGatewayCommands = (desk: GatewayDesk): Command[] => {
  const complete: Command['complete'] = (words) => (words.length === 0 ? idsOf(desk) : [])
  return [
    {
      name: 'devices',
      usage: '',
      summary: 'Lists gateways with SIM cards.',
      detail: '"lines NAME" shows the lines of one.',
      run: () => ok(devicesOf(desk)),
    },
    {
      name: 'lines',
      usage: '[part of an id, a number, ICCID, IMSI or operator]',
      summary: 'Lists lines of gateways, and why one cannot send.',
      detail: 'TODAY counts what was sent, what failed and what came in (UTC). "line ID" shows everything.',
      complete: (words) => (words.length === 0 ? desk.fleet.devices().map(({ name }) => name) : []),
      run: (rest) => linesOf(desk, rest),
    },
    {
      name: 'line',
      usage: '<id>',
      summary: 'Shows everything about a line.',
      detail: '"lines" shows the ids.',
      complete,
      run: (rest) => withLine(desk, rest, (line) => ok(lineCard(line))),
    },
    {
      name: 'ussd',
      usage: '<id> [code]',
      summary: 'Asks the network by a line, say for its balance.',
      detail: 'Digits, * and #. A menu stays open: send the choice as the next code, or none to leave it.',
      complete,
      run: (rest) => ussd(desk, rest),
    },
    {
      name: 'device',
      usage: '<id> <command> [values]',
      summary: "Has a line's device do something of its own.",
      detail: '"device ID" lists the commands of that device; see docs/gateways.md.',
      complete,
      run: (rest) => command(desk, rest),
    },
    {
      name: 'lock',
      usage: '<id>',
      summary: 'Sends nothing more by a line.',
      detail: 'Its card stays locked in whatever line it is, also after a restart.',
      complete,
      run: (rest) => setLock(desk, rest, true),
    },
    {
      name: 'unlock',
      usage: '<id>',
      summary: 'Sends by a line again.',
      detail: 'Also when it had failed too often.',
      complete,
      run: (rest) => setLock(desk, rest, false),
    },
    routesCommand(desk),
    trunksCommand(desk),
  ]
}

function* idsOf({ fleet }: GatewayDesk): Iterable<string> {
  for (const { id } of fleet.lines()) yield id
}

const withLine = <T>(
  { fleet }: GatewayDesk,
  id: string,
  work: (line: Line) => T,
): T | Result<string, string> => {
  if (id === '') return err(NEEDED)
  const line = fleet.get(id)
  return line ? work(line) : err(`no line ${id}: "lines" shows the ids`)
}

const devicesOf = ({ fleet }: GatewayDesk): string => {
  const devices = fleet.devices()
  if (devices.length === 0) return 'no gateway has been seen'
  const rows = devices.map(({ name, kind, lines, registered, seenAtMs }) => [
    ...[name, kind, `${lines}`, `${registered}`, timeOf(seenAtMs)],
  ])
  return tableOf(['DEVICE', 'KIND', 'LINES', 'REGISTERED', 'LAST SEEN (UTC)'], rows)
}

const linesOf = ({ fleet }: GatewayDesk, wanted: string): Result<string, string> => {
  let [looked, found, free] = [0, 0, 0]
  const text = wanted.toLowerCase()
  const rows: string[][] = []
  for (const line of fleet.lines()) {
    if (looked++ === MOST_LOOKED_AT) break
    if (text !== '' && !isMeant(line, text)) continue
    found++
    if (line.hindrance === undefined) free++
    if (rows.length < MOST_ROWS) rows.push(rowOf(line))
  }
  if (found === 0) return looked === 0 ? ok('no line has been seen') : err(`no line "${wanted}"`)
  const more = found > rows.length ? `, ${found - rows.length} not shown` : ''
  const rest = looked > MOST_LOOKED_AT ? `, of the first ${MOST_LOOKED_AT}` : ''
  return ok(
    `${tableOf(['LINE', 'NUMBER', 'OPERATOR', 'SIGNAL', 'STATE', 'TODAY', 'WHY'], rows)}\n` +
      `${counted(found, 'line')}, ${free} can send${more}${rest}`,
  )
}

const signalOf = ({ signal }: Line): string =>
  signal === undefined || signal > 31 ? '-' : `${2 * signal - 113} dBm`

const rowOf = (line: Line): string[] => {
  const { id, sim = {}, state, counts } = line
  const today = `${counts.sent.day} + ${counts.failed.day} / ${counts.received.day}`
  return [
    id,
    sim.number ?? '-',
    sim.operator ?? '-',
    signalOf(line),
    state,
    today,
    line.hindrance ?? line.restriction ?? '',
  ]
}

const countsOf = ({ counts }: Line): string[][] =>
  (['sent', 'failed', 'received'] as const).map((name) => {
    const { day, month, total } = counts[name]
    return [name, `${day} today, ${month} this month, ${total} in all`]
  })

/** Everything about one line, a line of text for each fact. */
const lineCard = (line: Line): string => {
  const { sim = {}, limits = {}, fields = {} } = line
  const restriction = line.restriction === undefined ? '' : `, but ${line.restriction}`
  const facts: (string | undefined)[][] = [
    ['line', `${line.id} (${line.kind})`],
    ['state', `${line.state} since ${timeOf(line.sinceMs)} UTC`],
    ['says', line.detail],
    ['last seen', `${timeOf(line.seenAtMs)} UTC`],
    ['can send', line.hindrance === undefined ? `yes${restriction}` : `no: ${line.hindrance}`],
    ...(['number', 'iccid', 'imsi', 'operator', 'plmn', 'balance'] as const).map((name) => [name, sim[name]]),
    ['IMEI', line.imei],
    ['signal', signalOf(line)],
    ...countsOf(line),
    ['recipients', `${line.counts.recipients} different ones this month`],
    ...Object.entries(limits).map(([name, { used, limit }]) => [
      ...[`limit ${name}`, `${used} of ${limit < 0 ? 'any' : limit}`],
    ]),
    ...Object.entries(fields).map(([name, value]) => [`  ${name}`, value]),
  ]
  const known = facts.filter((fact): fact is string[] => fact[1] !== undefined)
  return tableOf(undefined, known)
}

const CODE = /^[0-9*#+]{1,64}$/

const ussd = async (desk: GatewayDesk, rest: string): Promise<Result<string, string>> => {
  const [id = '', code, more] = rest.split(/\s+/)
  if (more !== undefined || (code !== undefined && !CODE.test(code)))
    return err('a code is made of digits, * and #: ussd <id> [code]')
  return withLine(desk, id, async (line) => {
    const said = await desk.drivers.get(line.kind)?.ussd(line, code)
    if (!said) return err(`nothing speaks with ${line.kind} devices here`)
    if (!said.ok) return said
    const { text, open } = said.value
    if (code === undefined) return ok('the session is closed')
    return ok(open ? `${text}\n(a menu: "ussd ${id} CHOICE" goes on, "ussd ${id}" leaves)` : text)
  })
}

const command = async (desk: GatewayDesk, rest: string): Promise<Result<string, string>> => {
  const [id = '', name, ...values] = rest.split(/\s+/)
  return withLine(desk, id, async (line) => {
    const driver = desk.drivers.get(line.kind)
    if (!driver) return err(`nothing speaks with ${line.kind} devices here`)
    if (name === undefined) return ok(`commands: ${driver.commands.join(', ')}`)
    if (!driver.commands.includes(name)) return err(`${name} is none of ${driver.commands.join(', ')}`)
    const said = await driver.command(line, name, values)
    return said.ok ? ok(said.value === '' ? 'done' : said.value) : said
  })
}

const setLock = (desk: GatewayDesk, id: string, locked: boolean): Result<string, string> =>
  withLine(desk, id, () => {
    desk.fleet.lock(id, locked)
    const now = desk.fleet.get(id)
    if (locked) return ok(`${id} is locked`)
    return ok(now?.hindrance === undefined ? `${id} can send` : `${id} is unlocked, but: ${now.hindrance}`)
  })
