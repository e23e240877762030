import type { DeviceStatus } from './port-status.ts'
import type { SmsRow } from './sms-rows.ts'

/** What to ask a device's web server for. Name and password go into the query besides. */
export type DeviceRequest = {
  method: 'GET' | 'POST'
  path: string
  query: Record<string, string>
  body?: string
  /** Content type of the body; small servers refuse one on GET. */
  type?: string
}

/** One text for one number. `id`: signed 32 bit, never used twice. `from`: a port. */
export type Task = { id: number; from: string; to: string; text: string; timeoutS: number }

/** Where the device shall report to. */
export type PushUrl = { url: string; periodS: number }

/** A device's answer on a task; `code` undefined: it says nothing about it. */
export type Submitted = { code: number | undefined; reason: string }

/** `ssrc` changes when the device restarts, and numbers begin at 1 again. `next`: the first number of the next page. */
export type InboxPage = { ssrc: string; next: number; rows: SmsRow[]; unreadable: unknown[] }

export type Answered = { ok: boolean; code: number | undefined; text: string }

/** One edition of the device's HTTP API. Readers give undefined for what they cannot read. */
export type ApiDialect = {
  submit(task: Task, push?: PushUrl): DeviceRequest
  submitted(body: Uint8Array, id: number): Submitted | undefined
  /** Tasks in hand, from a position on. */
  tasks(position: number, count: number): DeviceRequest
  tasksIn(body: Uint8Array): { ids: number[]; total: number } | undefined
  inbox(from: number, count: number): DeviceRequest
  inboxIn(body: Uint8Array, from: number): InboxPage | undefined
  /** With `push`: and report there from now on. */
  status(push?: PushUrl): DeviceRequest[]
  statusIn(body: Uint8Array): DeviceStatus | undefined
  ussd(port: string, code: string): DeviceRequest
  ussdIn(body: Uint8Array): Answered | undefined
  command(op: string, ports: string): DeviceRequest
  setNumber(index: number, number: string): DeviceRequest
  commandIn(body: Uint8Array): Answered | undefined
}
