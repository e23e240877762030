import type { GatewayText, SendResult } from '#core'
import type { Timers } from '#lib/clock'
import type { DeviceClient } from './client.ts'
import type { EjoinDevice } from './devices.ts'
import { resultOf, type Tasks } from './tasks.ts'

const POST_MS = 15_000
/** A report may come that much later than the time a text has. */
const SLACK_MS = 30_000
const AGAIN_MS = 30_000
/** What is in a device's hand longer than this is given up; it may yet be sent. */
const PATIENCE_MS = 15 * 60_000
/** Between "no longer in hand" and "nobody says what became of it". */
const GRACE_MS = 5000
/** A device repeats a report that nobody took a few seconds later: so long after a start nothing is given up. */
const LEAST_MS = 20_000
const PAGE = 100
const MOST_PAGES = 50
const ASK_MS = 10_000

type SendingPorts = { timers: Timers; tasks: Tasks; nextId: () => Promise<number>; pushUrl: PushUrlOf }
export type PushUrlOf = (device: EjoinDevice) => { url: string; periodS: number } | undefined

export type Target = { device: EjoinDevice; client: DeviceClient; port: string }

/** Whether the device still has the task; undefined when it does not say. */
const inHand = async ({ dialect, ask }: DeviceClient, id: number): Promise<boolean | undefined> => {
  let position = 0
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await ask(dialect.tasks(position, PAGE), ASK_MS)
    const tasks = answer.ok ? dialect.tasksIn(answer.value) : undefined
    if (!tasks) return undefined
    if (tasks.ids.includes(id)) return true
    position += tasks.ids.length
    if (tasks.ids.length === 0 || position >= tasks.total) return false
  }
  return undefined
}

/**
 * Hands one text to a device, once. Whatever is said about it comes as a report; where none comes the device is asked
 * whether it still has the task, and in the end nobody knows: it is never handed over a second time.
 */
export const createSending = ({ timers, tasks, nextId, pushUrl }: SendingPorts) => {
  const watch = (client: DeviceClient, id: number, waitMs: number, doubt: string): void => {
    const untilMs = timers.clock.nowMs() + PATIENCE_MS
    const look = async (): Promise<void> => {
      if (!tasks.isPending(id)) return
      if ((await inHand(client, id)) === true && timers.clock.nowMs() < untilMs)
        return void timers.after(AGAIN_MS, () => void look())
      timers.after(GRACE_MS, () => tasks.settle(id, { kind: 'unknown', reason: doubt }))
    }
    timers.after(waitMs, () => void look())
  }

  const send = async (target: Target, { to, text, task }: GatewayText): Promise<SendResult> => {
    const { device, client, port } = target
    const { dialect } = client
    const id = task === undefined ? await nextId().catch(() => undefined) : Number(task)
    if (id === undefined) return { kind: 'refused', fault: 'busy', reason: 'the disk takes nothing' }
    const timeoutS = device.settings.send_timeout
    const promise = tasks.begin(id, device.name)
    const answer = await client.ask(
      dialect.submit({ id, from: port, to, text, timeoutS }, pushUrl(device)),
      POST_MS,
    )
    let doubt = 'the device does not say what became of it'
    if (answer.ok) {
      const submitted = dialect.submitted(answer.value, id)
      const code = submitted?.code
      if (code !== undefined && code !== 0 && code !== 200) {
        const result = resultOf(code, submitted?.reason ?? '')
        if (result) tasks.settle(id, result)
      }
    } else if (answer.error.kind === 'unclear') doubt = answer.error.text
    else tasks.settle(id, { kind: 'refused', fault: 'line', reason: answer.error.text })
    if (tasks.isPending(id)) watch(client, id, timeoutS * 1000 + SLACK_MS, doubt)
    return promise
  }

  /** A task that a process before this one has handed over so long ago: its reports, and the device's list, end it. */
  const follow = (
    device: EjoinDevice,
    client: DeviceClient,
    id: number,
    agoMs: number,
  ): Promise<SendResult> => {
    const promise = tasks.begin(id, device.name)
    const waitMs = device.settings.send_timeout * 1000 + SLACK_MS - Math.max(0, agoMs)
    watch(client, id, Math.max(LEAST_MS, waitMs), 'restart')
    return promise
  }
  return { send, follow }
}
