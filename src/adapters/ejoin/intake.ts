import type { GatewayInbox } from '#core'
import {
  type CallReport,
  type DeviceStatus,
  type EjoinReport,
  type PortStatus,
  printCardPort,
  type SentSms,
  type SmsRow,
} from '#ejoin-wire'
import type { Clock } from '#lib/clock'
import { nameOfText } from '#lib/hash'
import type { Complaints } from './complaints.ts'
import { type EjoinDevice, isAlarmDue, isFirst, noteSeq, revive } from './devices.ts'
import type { EjoinPorts } from './ports.ts'
import { clip, createSightings, lineIn, simIn } from './sightings.ts'
import { onStatus } from './status.ts'
import type { Tasks } from './tasks.ts'
import { isOurs } from './tids.ts'

export type IntakePorts = Pick<EjoinPorts, 'fleet' | 'inbox' | 'addresses'> & {
  clock: Clock
  tasks: Tasks
  complaints: Complaints
}

/** How long a row is known again: devices keep texts for weeks, and tell them all once more after a restart. */
export const KEY_MS = 30 * 86_400_000
const DAY_MS = 86_400_000
const LONGEST_TEXT = 255 * 153
const LONGEST_RAW = 16_384
/** TP-Status is an octet (TS 23.040 §9.2.3.15). */
const MOST_STATUS = 0xff

/** What of a device an operator should look at. */
const ALARMS: ReadonlySet<string> = new Set([
  'address-changed',
  'foreign-mac',
  'reports-missing',
  'restarted',
])

type Kept = ReturnType<GatewayInbox['event' | 'text' | 'call']>

/** JSON as deep as a stack is not printed. */
const printed = (raw: unknown): string => {
  try {
    return clip(JSON.stringify(raw) ?? '', LONGEST_RAW)
  } catch {
    return 'nested too deeply'
  }
}

/** Takes in what a device says; every promise resolves when that is on disk. */
export const createIntake = ({ fleet, inbox, addresses, clock, tasks, complaints }: IntakePorts) => {
  const sightPorts = createSightings(fleet)
  /** `keyMs`: how long `dedupe` is known again, if longer than usual. */
  const tell = (
    line: string,
    name: string,
    fields: Record<string, string>,
    dedupe?: string,
    keyMs?: number,
  ): ReturnType<GatewayInbox['event']> =>
    inbox.event({
      ...{ line, name, atMs: clock.wallMs(), fields },
      ...(dedupe !== undefined && { dedupe }),
      ...(keyMs !== undefined && { keyMs }),
      ...(ALARMS.has(name) && { alarm: true as const }),
    })

  const onRow = (device: EjoinDevice, row: SmsRow): Kept[] => {
    const line = lineIn(device, row.port.port)
    const slot = printCardPort(row.port)
    const atMs = clock.wallMs()
    const dedupe = `${clip(device.name)}|${row.key}`
    // Another one may be in use by now.
    const sim = simIn(device, row.port.port, slot, row.kind === 'text' ? row.receiver : '')
    if (row.kind === 'text') {
      if (row.plain) complaints.complain('not-base64', device.name, `a text on port ${slot} is no base64`)
      const text = clip(row.text, LONGEST_TEXT)
      const from = addresses.sender(clip(row.sender), device.settings.region)
      const kept = inbox.text({ line, sim, from, text, atMs, dedupe, keyMs: KEY_MS })
      if (Math.abs(atMs - row.atMs) < DAY_MS) return [kept]
      // Our own clock gives the order; what the device said is kept beside it.
      complaints.complain('odd-time', device.name, `a text on port ${slot} is of ${timeOf(row.atMs)}`)
      const fields = { from: clip(row.sender), slot, device_time: timeOf(row.atMs) }
      return [kept, tell(line, 'odd-time', fields, `odd|${dedupe}`, KEY_MS)]
    }
    // A repeat would be taken for the report of a later text to the same number.
    if (device.seen.has(row.key)) return []
    const recipient = clip(row.recipient)
    const { code } = row
    const kept: Kept =
      code >= 0 && code <= MOST_STATUS
        ? inbox.report({ line, sim, recipient, status: code, atMs, dedupe, keyMs: KEY_MS })
        : tell(
            line,
            'delivery-report',
            { recipient, code: String(code), stamp: clip(row.stamp) },
            dedupe,
            KEY_MS,
          )
    void kept.then(({ ok }) => ok && isFirst(device, row.key))
    return [kept]
  }

  const onCall = (device: EjoinDevice, call: CallReport): Kept[] => {
    const { port } = call.status.port
    const { beginMs, answerMs, endMs } = call
    const callId = clip(call.callId, 120)
    watchSeq(device, port, call.status.seq)
    const reasons = [call.reason, call.gatewayReason].filter((reason) => !/^0?\s*$/.test(reason))
    return [
      inbox.call({
        key: `${clip(device.name)}|${clip(call.callId, 80)}|${port}|${beginMs ?? 0}`.slice(0, 190),
        line: lineIn(device, port),
        ...{ outgoing: call.outgoing, caller: clip(call.caller), callee: clip(call.callee) },
        reason: clip(reasons.join('; '), 200),
        ...(callId !== '' && { callId }),
        ...(beginMs !== undefined && { beginMs }),
        ...(answerMs !== undefined && { answerMs }),
        ...(endMs !== undefined && { endMs }),
      }),
    ]
  }

  /** Of a task of ours it is the result; anything else the device sent by itself, and its card has paid for it. */
  const onSent = (device: EjoinDevice, report: SentSms): Kept[] => {
    const { port } = report.port
    watchSeq(device, port, report.seq)
    if (isOurs(report.taskId)) return tasks.onSent(device.name, report)
    const line = lineIn(device, port)
    const to = clip(report.recipient)
    const stamp = `${report.taskId ?? ''}|${report.atMs ?? ''}|${to}`
    const key = `${clip(device.name)}|sent|${printCardPort(report.port)}|${stamp}`
    const fields = {
      ...{ to, text: clip(report.text, LONGEST_TEXT), status: clip(report.status) },
      ...{ slot: printCardPort(report.port), task: String(report.taskId ?? ''), smsc: clip(report.smsc) },
      ...{ source: String(report.source ?? ''), device_time: timeOf(report.atMs) },
    }
    // Without a time, one text to that number is like another.
    const kept = tell(line, 'sent-by-device', fields, key, report.atMs === undefined ? undefined : KEY_MS)
    void kept.then((done) => {
      if (done.ok && !done.value.duplicate && (report.code ?? 0) === 0) fleet.sentElsewhere(line, to)
    })
    return [kept]
  }

  const onUnknown = (device: EjoinDevice, type: string, raw: unknown): Kept[] => {
    const name = type === '' ? 'no type' : clip(type, 40)
    complaints.complain('unknown-type', device.name, `a report of an unknown type (${JSON.stringify(name)})`)
    return [tellRaw(device, clip(`raw:${name}`), { type: clip(type) }, raw)]
  }
  /** What bears no name of its own is known again by all that it says. */
  const tellRaw = (
    device: EjoinDevice,
    name: string,
    fields: Record<string, string>,
    whole: unknown,
  ): Kept => {
    const raw = printed(whole)
    return tell(device.name, name, { ...fields, raw }, `${clip(device.name)}|${name}|${nameOfText(raw)}`)
  }

  const sightOne = (device: EjoinDevice, status: PortStatus): void => {
    revive(device, clock.nowMs())
    sightPorts(device, [status])
    watchSeq(device, status.port.port, status.seq)
  }
  const sightAll = (device: EjoinDevice, { seq, ports }: DeviceStatus): void => {
    sightPorts(device, ports)
    // What was asked for may overtake reports that are on their way: it uses up numbers, and tells of no gap.
    for (const { port, seq: ofPort } of ports)
      if (seq !== undefined) watchSeq(device, port.port, ofPort)
      else noteSeq(device, port.port, ofPort)
  }
  /** Whatever is said of a port counts with its reports; one that was left out may have been a text. */
  const watchSeq = (device: EjoinDevice, port: number, seq: number | undefined): void => {
    const memory = device.ports.get(port)
    if (!memory || seq === undefined) return
    if (memory.seq !== undefined && seq > memory.seq + 1) {
      complaints.complain('missing', device.name, `reports of port ${port} are missing before ${seq}`)
      const fields = { expected: String(memory.seq + 1), seq: String(seq) }
      if (isAlarmDue(device, clock.nowMs())) void tell(lineIn(device, port), 'reports-missing', fields)
      device.wish('a report of a port is missing')
    }
    noteSeq(device, port, seq)
  }

  const rows = (device: EjoinDevice, list: readonly SmsRow[], unreadable: readonly unknown[]): Kept[] => [
    ...list.flatMap((row) => onRow(device, row)),
    ...unreadable.map((raw) => {
      complaints.complain('unreadable-row', device.name, 'an entry of recv-sms is no row: kept as it is')
      return tellRaw(device, 'raw:recv-sms', {}, raw)
    }),
  ]

  const take = (device: EjoinDevice, report: EjoinReport): Kept[] => {
    switch (report.kind) {
      case 'port-status':
        sightOne(device, report.status)
        return []
      case 'dev-status':
        sightAll(device, report)
        return onStatus({ fleet, clock, tell }, device, report)
      case 'recv-sms':
        return rows(device, report.rows, report.unreadable)
      case 'cdr':
        return onCall(device, report)
      case 'sent-sms':
        return onSent(device, report)
      case 'status-report':
        return tasks.onReport(device.name, report)
      case 'unknown':
        return onUnknown(device, report.type, report.raw)
    }
  }

  const stored = async (kept: Kept[]): Promise<boolean> => (await Promise.all(kept)).every(({ ok }) => ok)
  return {
    /** All of one post, in one go: true when all of it is on disk. */
    reports: (device: EjoinDevice, list: readonly EjoinReport[]): Promise<boolean> =>
      stored(list.flatMap((report) => take(device, report))),
    rows: (device: EjoinDevice, list: readonly SmsRow[], unreadable: readonly unknown[]): Promise<boolean> =>
      stored(rows(device, list, unreadable)),
    tell,
  }
}
export type Intake = ReturnType<typeof createIntake>

export const timeOf = (ms: number | undefined): string => {
  const date = new Date(ms ?? Number.NaN)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString()
}
