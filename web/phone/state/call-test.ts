import { type Call, type Quality, type Trouble, troubleIn, troubleOf } from '../../sdk/index.ts'
import type { House } from './house.ts'
import { meter } from './level.ts'

/** The guided test, step after step; the first that fails ends it. */
export const STEPS = ['microphone', 'channel', 'media', 'echo', 'quality'] as const
export type StepName = (typeof STEPS)[number]
export type Step = {
  name: StepName
  state: 'waiting' | 'running' | 'passed' | 'failed'
  detail: string
  trouble?: Trouble
}
export type TestReport = { steps: Step[]; running: boolean; quality?: Quality; level: number }

export const freshReport = (): TestReport => ({
  steps: STEPS.map((name) => ({ name, state: 'waiting', detail: '' })),
  running: false,
  level: 0,
})

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms))

const until = async (true_: () => boolean, ms: number): Promise<boolean> => {
  const end = Date.now() + ms
  while (!true_()) {
    if (Date.now() > end) return false
    await pause(100)
  }
  return true
}

class StepFailure extends Error {
  readonly trouble: Trouble
  constructor(trouble: Trouble) {
    super(trouble.words)
    this.trouble = trouble
  }
}
const failed = (...of: Parameters<typeof troubleOf>): never => {
  throw new StepFailure(troubleOf(...of))
}

const TALK_MS = 6_000

/** Runs until the end or until the signal; `show` is told of each change. */
export const runCallTest = async (
  { phone, config }: House,
  show: (report: TestReport) => void,
  signal: AbortSignal,
): Promise<void> => {
  let report = { ...freshReport(), running: true }
  let call: Call | undefined
  const change = (part: Partial<TestReport>) => {
    report = { ...report, ...part }
    if (!signal.aborted) show(report)
  }
  const mark = (name: StepName, part: Partial<Step>) =>
    change({ steps: report.steps.map((step) => (step.name === name ? { ...step, ...part } : step)) })

  const step = async (name: StepName, task: () => Promise<string>): Promise<void> => {
    mark(name, { state: 'running' })
    try {
      mark(name, { state: 'passed', detail: await task() })
    } catch (error) {
      mark(name, {
        state: 'failed',
        trouble: error instanceof StepFailure ? error.trouble : troubleIn(error),
      })
      throw error
    }
  }

  const microphone = async () => {
    const track = await phone.devices.microphone()
    let loudest = 0
    const stop = meter(track, (level) => {
      loudest = Math.max(loudest, level)
      change({ level })
    })
    // A silent room is no fault: three seconds to say something.
    await until(() => loudest > 0.15 || signal.aborted, 3000)
    stop()
    track.stop()
    change({ level: 0 })
    if (loudest === 0) failed('microphone-silent')
    return track.label
  }
  const channel = async () => {
    if (!(await until(() => phone.line.get().kind === 'ready', 8000))) {
      const line = phone.line.get()
      if (line.kind === 'waiting' || line.kind === 'refused') throw new StepFailure(line.trouble)
      failed('server-away')
    }
    return config.ws[0] ?? ''
  }
  const media = async () => {
    const mine = phone.calls.place(config.echo)
    call = mine
    const ended = () => mine.view.get().state === 'ended'
    await until(() => ended() || mine.view.get().state === 'connected', 15_000)
    const { trouble, state } = mine.view.get()
    if (trouble) throw new StepFailure(trouble)
    if (state !== 'connected') failed('server-away')
    if (!(await until(() => mine.view.get().quality?.sending === true || ended(), 8000)))
      failed('media-failed')
    return ''
  }
  const echo = async () => {
    const heard = await until(() => call?.view.get().quality?.receiving === true, 6000)
    if (!heard) failed('no-sound-from-far')
    return ''
  }
  const quality = async () => {
    const heard: Quality[] = []
    const end = Date.now() + TALK_MS
    while (Date.now() < end && !signal.aborted) {
      await pause(1000)
      const now = call?.view.get().quality
      if (now?.receiving) heard.push(now)
      if (now) change({ quality: now, level: now.level })
    }
    const last = heard.at(-1)
    if (!last) throw new StepFailure(troubleOf('no-sound-from-far'))
    const mos = heard.reduce((sum, one) => sum + one.mos, 0) / heard.length
    change({ quality: { ...last, mos } })
    return `MOS ${mos.toFixed(1)}`
  }

  try {
    await step('microphone', microphone)
    await step('channel', channel)
    await step('media', media)
    await step('echo', echo)
    await step('quality', quality)
  } catch {
    // The report says it.
  } finally {
    void call?.hangUp()
    change({ running: false, level: 0 })
  }
}
