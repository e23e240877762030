import { type EjoinReport, parseReports, smsPostOf } from '#ejoin-wire'
import type { Timers } from '#lib/clock'
import type { Log } from '#lib/log'
import { err, ok, type Result } from '#lib/result'
import type { Complaints } from './complaints.ts'
import { type EjoinDevice, type EjoinDevices, macOf } from './devices.ts'
import type { Intake } from './intake.ts'
import type { EjoinPorts, EjoinReply, EjoinRequest } from './ports.ts'

type ReceiverPorts = Pick<EjoinPorts, 'guard'> & {
  log: Log
  timers: Timers
  devices: EjoinDevices
  intake: Intake
  complaints: Complaints
}

/** What three running receivers answer in common (no text states a body). */
const OK = JSON.stringify({ code: 200, reason: 'OK' })
const said = (status: EjoinReply['status'], reason: string): EjoinReply => ({
  status,
  body: JSON.stringify({ code: status, reason }),
})

/** Posts of one device that wait for the disk; beyond it, it is told to come again. */
const MOST_WAITING = 500
const HOUR_MS = 3_600_000
const FOREIGN_MS = 1000
const UNREADABLE_MS = 250

const utf8 = new TextDecoder('utf-8')

/** The body of a post; by its query where that is a text of the "SMS to HTTP" screen. */
const read = ({ query, body }: EjoinRequest, nowMs: number): Result<EjoinReport[], string> => {
  if (query.includes('sender=')) {
    const parameters = new URLSearchParams(query)
    const row = smsPostOf(parameters, body, nowMs)
    const mac = parameters.get('mac') ?? ''
    if (row) return ok([{ kind: 'recv-sms', mac, remote: false, rows: [row], unreadable: [] }])
  }
  const reports = parseReports(body)
  return reports.ok ? reports : err(reports.error)
}

const FAULTS: Record<string, string> = {
  empty: 'the post is empty',
  json: 'the post is no JSON',
  form: 'the post is neither a report nor an array of reports',
  many: 'more than 1000 reports in one post',
}

/** The web server's side: who posts, what it is, and the answer once that is on disk. */
export const createReceiver = ({ timers, log, guard, devices, intake, complaints }: ReceiverPorts) => {
  const { clock } = timers
  const count = { posts: 0, reports: 0 }
  const pause = (ms: number): Promise<void> => new Promise((resume) => void timers.after(ms, resume))

  const isForeign = (device: EjoinDevice, reports: readonly EjoinReport[]): string | undefined => {
    for (const report of reports) {
      const told = 'mac' in report ? macOf(report.mac) : undefined
      if (told !== undefined && device.mac !== undefined && told !== device.mac) return told
    }
    return undefined
  }
  const alarm = (device: EjoinDevice, name: string, fields: Record<string, string>): void => {
    const hour = Math.floor(clock.wallMs() / HOUR_MS)
    const about = Object.values(fields).join('|')
    void intake.tell(
      device.name,
      name,
      fields,
      `${device.name.slice(0, 64)}|${name}|${about}|${hour}`.slice(0, 190),
    )
  }
  const noteAddress = (device: EjoinDevice, address: string): void => {
    const before = device.address
    device.address = address
    if (before === undefined || before === address) return
    complaints.complain('address', device.name, `posts from ${address}, before from ${before}`, address)
    alarm(device, 'address-changed', { address, before })
  }

  const refuseStranger = async (address: string): Promise<EjoinReply> => {
    guard.fail(address)
    complaints.complain('unknown-secret', address, 'a post to a path that no device has', address)
    await pause(guard.delayMs(address))
    return said(404, 'Not found')
  }
  /** Slowed, not blocked: the right device may stand behind the same address. */
  const refuseForeign = async (device: EjoinDevice, mac: string, address: string): Promise<EjoinReply> => {
    const why = `a report of another device (MAC ${mac}, not ${device.mac}) at its path was refused`
    complaints.complain('foreign-mac', device.name, why, address)
    alarm(device, 'foreign-mac', { mac, expected: device.mac ?? '', address })
    await pause(FOREIGN_MS)
    return said(403, 'another device')
  }

  const accept = async (device: EjoinDevice, reports: readonly EjoinReport[]): Promise<EjoinReply> => {
    device.waiting++
    const stored = await intake.reports(device, reports).finally(() => device.waiting--)
    if (stored) return { status: 200, body: OK }
    complaints.complain('not-stored', device.name, 'a post could not be stored')
    device.wish('a post could not be stored')
    return said(503, 'not stored')
  }

  return {
    /** Resolves when everything in the post is on disk; never rejects. */
    async handle(request: EjoinRequest): Promise<EjoinReply> {
      const { address } = request
      if (guard.blocked(address)) return said(429, 'blocked')
      const device = devices.bySecret(request.secret)
      if (!device) return refuseStranger(address)
      count.posts++
      if (log.on('gw', 'debug'))
        log.write('gw', 'debug', `Ejoin ${device.name}`, {
          dir: 'FROM',
          user: address,
          payload: utf8.decode(request.body),
        })
      if (device.waiting >= MOST_WAITING) {
        complaints.complain('busy', device.name, `${MOST_WAITING} of its posts wait for the disk`, address)
        device.wish('a post was refused')
        return said(503, 'busy')
      }
      const reports = read(request, clock.wallMs())
      if (!reports.ok) {
        complaints.complain(reports.error, device.name, FAULTS[reports.error] ?? reports.error, address)
        device.wish('a post could not be read')
        await pause(UNREADABLE_MS)
        return said(400, FAULTS[reports.error] ?? 'unreadable')
      }
      const foreign = isForeign(device, reports.value)
      if (foreign !== undefined) return refuseForeign(device, foreign, address)
      noteAddress(device, address)
      count.reports += reports.value.length
      return accept(device, reports.value)
    },
    figures: () => ({ ...count }),
  }
}
export type Receiver = ReturnType<typeof createReceiver>
