import type { Timers } from '#lib/clock'
import type { Log } from '#lib/log'
import type { DeviceClient } from './client.ts'
import type { Complaints } from './complaints.ts'
import { type EjoinDevice, macOf } from './devices.ts'
import { type Intake, KEY_MS } from './intake.ts'
import type { EjoinPorts } from './ports.ts'
import type { PushUrlOf } from './sending.ts'

/** After a wish, so that several become one; and the least between two looks. */
const SOON_MS = 1000
const SPACING_MS = 30_000
const ASK_MS = 15_000
const PAGE = 50
/** A device holds some thousand texts. */
const MOST_PAGES = 1000
const DAY_MS = 86_400_000

type ReconcilePorts = Pick<EjoinPorts, 'store'> & {
  timers: Timers
  log: Log
  intake: Intake
  complaints: Complaints
  pushUrl: PushUrlOf
}

/** How far a device's inbox has been read. */
type Mark = { ssrc: string; next: number; newestMs: number }

const readMark = (text: string | undefined): Mark | undefined => {
  try {
    const { ssrc, next, newestMs } = JSON.parse(text ?? '') as Partial<Mark>
    return typeof ssrc === 'string' && Number.isInteger(next)
      ? { ssrc, next: next as number, newestMs: newestMs ?? 0 }
      : undefined
  } catch {
    return undefined
  }
}

/**
 * Looks after what a device failed to report, whether it repeats a post or not (nobody knows): its status, and all of
 * its inbox that was not read before. At the start, after every gap, and every few minutes.
 */
export const createReconcile = (ports: ReconcilePorts, device: EjoinDevice, client: DeviceClient) => {
  const { timers, log, store, intake, complaints, pushUrl } = ports
  const { clock } = timers
  const setting = `ejoin.inbox.${device.name.slice(0, 64)}`
  const count = { runs: 0, texts: 0 }
  let [closed, running, reachable] = [false, false, true]
  let wished: string | undefined
  let earliestMs = 0

  const reached = (is: boolean, text: string): void => {
    if (!is) complaints.complain('unreachable', device.name, `its web server does not serve: ${text}`)
    else if (!reachable) log.write('gw', 'info', `Ejoin ${device.name}: its web server answers again`)
    reachable = is
  }

  /** False when it is of no use to go on. */
  const pullStatus = async (why: string): Promise<boolean> => {
    const { dialect, ask } = client
    const push = why === PERIODIC ? undefined : pushUrl(device)
    for (const request of dialect.status(push)) {
      const answer = await ask(request, ASK_MS)
      reached(answer.ok, answer.ok ? '' : answer.error.text)
      if (!answer.ok) return answer.error.kind !== 'unreached'
      const status = dialect.statusIn(answer.value)
      if (!status) continue
      const told = macOf(status.mac)
      if (told !== undefined && device.mac !== undefined && told !== device.mac) {
        complaints.complain('foreign-mac', device.name, `its url leads to another device (MAC ${told})`)
        return false
      }
      // Its number is not one of the pushed ones.
      const { seq: _, ...rest } = status
      await intake.reports(device, [rest])
    }
    return true
  }

  const pullInbox = async (): Promise<void> => {
    const { dialect, ask } = client
    const kept = readMark(await store.getSetting(setting))
    let mark = kept ?? { ssrc: '', next: 1, newestMs: 0 }
    let again = false
    for (let page = 0; page < MOST_PAGES && !closed; page++) {
      const answer = await ask(dialect.inbox(mark.next, PAGE), ASK_MS)
      const inbox = answer.ok ? dialect.inboxIn(answer.value, mark.next) : undefined
      if (!inbox) return
      if (inbox.ssrc !== mark.ssrc) {
        const first = mark.next === 1
        again = kept !== undefined
        mark = { ...mark, ssrc: inbox.ssrc, next: 1 }
        if (!first) continue
      }
      // After a restart all come again; those older than the memory of keys were read in their time.
      const rows = inbox.rows.filter(({ atMs }) => !again || atMs >= mark.newestMs - (KEY_MS - DAY_MS))
      if (!(await intake.rows(device, rows, inbox.unreadable))) return
      const now = clock.wallMs()
      for (const { atMs } of inbox.rows) if (atMs <= now) mark.newestMs = Math.max(mark.newestMs, atMs)
      count.texts += rows.length
      const advanced = inbox.next > mark.next
      mark = { ...mark, next: Math.max(inbox.next, mark.next) }
      await store.setSetting(setting, JSON.stringify(mark))
      if (!advanced || inbox.rows.length + inbox.unreadable.length === 0) return
    }
  }

  const run = async (why: string): Promise<void> => {
    running = true
    count.runs++
    if (why !== PERIODIC) log.write('gw', 'debug', `Ejoin ${device.name} is looked after: ${why}`)
    try {
      if (await pullStatus(why)) await pullInbox()
    } catch {
      // The disk takes nothing, and has said so: another time.
    }
    running = false
    earliestMs = clock.nowMs() + SPACING_MS
    if (wished !== undefined) plan()
  }
  const plan = (): void => {
    const waitMs = Math.max(SOON_MS, earliestMs - clock.nowMs())
    timers.after(waitMs, () => {
      const why = wished
      wished = undefined
      if (why !== undefined && !closed && !running) void run(why)
    })
  }
  const wish = (why: string): void => {
    const planned = wished !== undefined
    wished ??= why
    if (!planned && !running && !closed) plan()
  }
  const everyMs = device.settings.reconcile * 60_000
  const tick = (): void => {
    if (closed) return
    wish(PERIODIC)
    timers.after(everyMs, tick)
  }
  if (everyMs > 0) timers.after(everyMs, tick)
  return {
    wish,
    figures: () => ({ ...count }),
    close(): void {
      closed = true
    },
  }
}
export type Reconcile = ReturnType<typeof createReconcile>

const PERIODIC = 'as always'
