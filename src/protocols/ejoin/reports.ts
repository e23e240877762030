import { err, ok, type Result } from '#lib/result'
import { type CardPort, parseCardPort } from './card-port.ts'
import { type Fields, fieldsOf, nameOf, numberAt, textAt, timeAt } from './fields.ts'
import { type DeviceStatus, deviceStatusOf, type PortStatus, portStatusOf } from './port-status.ts'
import { type SmsRow, smsRowOf } from './sms-rows.ts'
import { type StatusReport, statusReportOf } from './task-reports.ts'

export type ReceivedSms = {
  kind: 'recv-sms'
  mac: string
  remote: boolean
  rows: SmsRow[]
  /** What was no row. */
  unreadable: unknown[]
}

/** `outgoing` is the device's MT: into the mobile network. An interim record each minute updates the same call. */
export type CallReport = {
  kind: 'cdr'
  mac: string
  ip: string
  status: PortStatus
  callId: string
  account: string
  outgoing: boolean
  caller: string
  callee: string
  beginMs?: number
  alertMs?: number
  answerMs?: number
  updateMs?: number
  endMs?: number
  reason: string
  gatewayReason: string
}

/** What the device sent, for us (`taskId`) or by itself. */
export type SentSms = {
  kind: 'sent-sms'
  mac: string
  port: CardPort
  /** Counts the reports of the port, as that of its status does. */
  seq?: number
  taskId?: number
  source: number | undefined
  code: number | undefined
  status: string
  atMs?: number
  /** Seconds or milliseconds: the firmware does not say. */
  duration?: number
  recipient: string
  smsc: string
  text: string
}

export type EjoinReport =
  | ({ kind: 'port-status'; mac: string } & { status: PortStatus })
  | DeviceStatus
  | ReceivedSms
  | CallReport
  | SentSms
  | StatusReport
  /** A type that is not known, or one that lacks what makes it useful. */
  | { kind: 'unknown'; type: string; raw: unknown }

export type EjoinFault = 'empty' | 'json' | 'form' | 'many'

const MOST_REPORTS = 1000
const MOST_ROWS = 10_000
/** Kept for a person to look at. */
const MOST_UNREADABLE = 100
const utf8 = new TextDecoder('utf-8')

/** The body of one post: a report, or an array of reports. */
export const parseReports = (octets: Uint8Array): Result<EjoinReport[], EjoinFault> => {
  const text = utf8.decode(octets).trim()
  if (text === '') return err('empty')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return err('json')
  }
  const list = Array.isArray(value) ? value : [value]
  if (list.length > MOST_REPORTS) return err('many')
  const reports: EjoinReport[] = []
  for (const entry of list) {
    const fields = fieldsOf(entry)
    if (!fields) return err('form')
    // Rows that are left out would be texts that are lost.
    const rows = fields.get('sms')
    if (Array.isArray(rows) && rows.length > MOST_ROWS) return err('many')
    reports.push(reportOf(fields) ?? { kind: 'unknown', type: textAt(fields, 'type'), raw: entry })
  }
  return ok(reports)
}

const reportOf = (fields: Fields): EjoinReport | undefined => {
  const type = nameOf(textAt(fields, 'type'))
  if (type === 'port_status') return portReportOf(fields)
  if (type === 'dev_status') return deviceStatusOf(fields)
  // The manual prints the name of received texts in two ways.
  if (type === 'recv_sms' || type === 'reve_sms') return receivedOf(fields)
  if (type === 'cdr') return callOf(fields)
  if (type === 'sent_sms') return sentOf(fields)
  return type === 'status_report' ? statusReportOf(fields) : undefined
}

const portReportOf = (fields: Fields): EjoinReport | undefined => {
  const status = portStatusOf(fields)
  return status && { kind: 'port-status', mac: textAt(fields, 'mac'), status }
}

const receivedOf = (fields: Fields): ReceivedSms => {
  return {
    kind: 'recv-sms',
    mac: textAt(fields, 'mac'),
    remote: numberAt(fields, 'sim_src') === 1,
    ...rowsIn(fields.get('sms')),
  }
}

/** An array of rows; one row alone is read too. */
export const rowsIn = (value: unknown): { rows: SmsRow[]; unreadable: unknown[] } => {
  if (value === undefined || value === null || value === '') return { rows: [], unreadable: [] }
  const list = Array.isArray(value) && (value.length === 0 || typeof value[0] === 'object') ? value : [value]
  const [rows, unreadable]: [SmsRow[], unknown[]] = [[], []]
  for (const entry of list) {
    const row = smsRowOf(entry)
    if (row) rows.push(row)
    else if (unreadable.length < MOST_UNREADABLE) unreadable.push(entry)
  }
  return { rows, unreadable }
}

const callOf = (fields: Fields): CallReport | undefined => {
  const status = portStatusOf(fields)
  if (!status) return undefined
  const times = { begin: 'beginMs', alert: 'alertMs', answer: 'answerMs', update: 'updateMs', end: 'endMs' }
  const known: Partial<CallReport> = {}
  for (const [name, member] of Object.entries(times)) {
    const at = timeAt(fields, name)
    if (at !== undefined) Object.assign(known, { [member]: at })
  }
  return {
    ...{ kind: 'cdr', mac: textAt(fields, 'mac'), ip: textAt(fields, 'ip'), status },
    callId: textAt(fields, 'cid'),
    account: textAt(fields, 'sip_usr'),
    outgoing: textAt(fields, 'cdir').toUpperCase() !== 'MO',
    caller: textAt(fields, 'caller'),
    callee: textAt(fields, 'callee'),
    reason: textAt(fields, 'reason'),
    gatewayReason: textAt(fields, 'gw_reason', 'gw_treason'),
    ...known,
  }
}

const sentOf = (fields: Fields): SentSms | undefined => {
  const port = parseCardPort(textAt(fields, 'port'))
  if (!port) return undefined
  const [seq, taskId, atMs, duration] = [
    numberAt(fields, 'seq'),
    numberAt(fields, 'sms_tid'),
    timeAt(fields, 'time'),
    numberAt(fields, 'dur'),
  ]
  return {
    ...{ kind: 'sent-sms', mac: textAt(fields, 'mac'), port },
    source: numberAt(fields, 'src_type'),
    code: numberAt(fields, 'status'),
    status: textAt(fields, 'status'),
    recipient: textAt(fields, 'recver'),
    smsc: textAt(fields, 'smsc', 'smse'),
    text: textIn(textAt(fields, 'charset'), textAt(fields, 'data')),
    ...(seq !== undefined && { seq }),
    ...(taskId !== undefined && { taskId }),
    ...(atMs !== undefined && { atMs }),
    ...(duration !== undefined && { duration }),
  }
}

/** `data` in `charset`: UTF-8 as it is, or in base64. */
const textIn = (charset: string, data: string): string =>
  /base-?64/i.test(charset) ? utf8.decode(Buffer.from(data, 'base64')) : data
