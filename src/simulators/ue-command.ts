import type { Timers } from '#lib/clock'
import { silentLog } from '#lib/log'
import type { Random } from '#lib/random'
import type { Result } from '#lib/result'
import type { Endpoint, Transport, Wire, WireUser } from '#lib/wire'
import type { Audio } from './call-media.ts'
import { createLadder } from './ladder.ts'
import type { OpenMedia } from './media-socket.ts'
import type { UeOptions } from './option-reader.ts'
import { createTextDuty, type TextDuty } from './texts/duty.ts'
import { createUe, type Ue } from './ue.ts'
import { type CallReport, isOfTexts, type UeEvent } from './ue-event.ts'
import type { IncomingPolicy } from './ue-incoming.ts'
import { type KnownUser, readUeOptions, type UePlan } from './ue-options.ts'
import type { CallWish } from './ue-outgoing.ts'
import { lineOf, registeredLine } from './ue-words.ts'
import { decodeWav, encodeWav, toTelephone } from './wav.ts'

export type UeCommandPorts = {
  timers: Timers
  random: Random
  /** The users of the configuration file that `--config` names. */
  known?: readonly KnownUser[]
  /** A wire from which `towards` can be reached; the error is a sentence. */
  openWire(
    transport: Transport,
    towards: Endpoint,
  ): Promise<Result<Wire & { start(user: WireUser): void }, string>>
  openMedia: OpenMedia
  /** Address of a host's name. */
  resolve(host: string): Promise<string | undefined>
  readFile(path: string): Promise<Uint8Array>
  writeFile(path: string, octets: Uint8Array): Promise<void>
  print(line: string): void
  /** Resolves when the person wants to leave. */
  interrupted: Promise<void>
}

/** `tandem sim ue`: registers, calls or answers, tells what happened. Gives the exit code: 0 when all went well. */
export const runUe = async (options: UeOptions, ports: UeCommandPorts): Promise<0 | 1> => {
  const { print } = ports
  const plan = readUeOptions(options, ports.known)
  if (!plan.ok) {
    for (const problem of plan.error) print(problem)
    return 1
  }
  const audio = await audioOf(plan.value, ports)
  if (!audio.ok) {
    print(audio.error)
    return 1
  }
  const opened = await openUe(plan.value, audio.value, ports)
  if (typeof opened === 'string') {
    print(opened)
    return 1
  }
  return runWith(opened, plan.value, audio.value, ports)
}

type Opened = {
  ue: Ue
  reports: CallReport[]
  untilCalls: (count: number) => Promise<void>
  duty: TextDuty
}

/** Whoever waits for a server that does not run wants to know soon; the transaction itself takes 32 s to end. */
const SILENCE_MS = 3000

const openUe = async (plan: UePlan, audio: Audio, ports: UeCommandPorts): Promise<Opened | string> => {
  const { timers, random, openMedia, print } = ports
  const { host, port } = plan.server
  const address = await ports.resolve(host)
  if (address === undefined) return `--server: nobody knows the host ${host}`
  const wire = await ports.openWire(plan.transport, { address, port })
  if (!wire.ok) return wire.error
  const reports: CallReport[] = []
  const waiting = new Set<() => void>()
  const duty = createTextDuty(plan.texts, timers)
  const onEvent = (event: UeEvent): void => {
    const line = lineOf(event)
    if (line !== undefined) print(line)
    if (isOfTexts(event)) duty.onEvent(event, ue)
    if (event.kind === 'answered' && plan.keys)
      timers.after(1000, () => void ue.current?.press(plan.keys ?? ''))
    if (event.kind !== 'ended') return
    reports.push(event.report)
    for (const look of waiting) look()
  }
  const ue = createUe({
    wire: wire.value,
    timers,
    random,
    log: silentLog,
    openMedia,
    identity: plan.identity,
    server: { address, port, transport: plan.transport },
    incoming: policyOf(plan, audio),
    video: plan.video,
    texting: plan.texts.policy,
    ...(plan.texts.smsc !== undefined && { smsc: plan.texts.smsc }),
    regEvent: plan.regEvent,
    onEvent,
    ...(plan.verbose && { trace: createLadder(timers.clock.nowMs, print) }),
  })
  wire.value.start(ue.user)
  const untilCalls = (count: number): Promise<void> =>
    new Promise((resolve) => {
      waiting.add(() => {
        if (reports.length >= count) resolve()
      })
    })
  return { ue, reports, untilCalls, duty }
}

const runWith = async (opened: Opened, plan: UePlan, audio: Audio, ports: UeCommandPorts): Promise<0 | 1> => {
  const { ue, reports, duty } = opened
  const { print, interrupted, timers } = ports
  if (!plan.anonymous) {
    const { host, port } = plan.server
    const silence = timers.after(SILENCE_MS, () => print(`no answer from ${host}:${port} yet`))
    const result = await ue.register(plan.expiresS)
    silence.cancel()
    print(registeredLine(result, plan.identity.impu))
    if (!result.ok) {
      await ue.close()
      return 1
    }
  }
  const tasks: Promise<unknown>[] = duty.tasks(ue, print)
  if (plan.call !== undefined) tasks.push(ue.call(plan.call, wishOf(plan, audio)))
  if (plan.answerMs !== undefined) {
    print('waiting for calls; Ctrl-C leaves')
    tasks.push(opened.untilCalls(plan.calls))
  }
  const done = Promise.all(tasks).then(() => true)
  const isDone = await Promise.race([done, interrupted.then(() => false)])
  ue.current?.hangUp()
  if (ue.current) await opened.untilCalls(reports.length + 1)
  // Who is interrupted leaves without hearing what became of the last texts.
  if (isDone) {
    await duty.settled()
    await ue.textsSettled()
  }
  await record(plan, reports, ports)
  // An emergency registration is the network's to end, TS 24.229 §5.1.6.6.
  if (!plan.anonymous && !plan.identity.emergency) await ue.deregister()
  await ue.close()
  return isGood(plan, reports) && duty.good ? 0 : 1
}

const wishOf = (plan: UePlan, audio: Audio): CallWish => ({
  audio,
  video: plan.video,
  record: plan.record !== undefined,
  ...(plan.seconds !== undefined && { seconds: plan.seconds }),
})

const policyOf = (plan: UePlan, audio: Audio): IncomingPolicy =>
  plan.answerMs === undefined
    ? { kind: 'refuse', status: 486 }
    : { kind: 'answer', afterMs: plan.answerMs, early: plan.early, ...wishOf(plan, audio) }

/** Every call took place, something was heard in it, and the tone if one was expected. */
const isGood = ({ call, hearHz }: UePlan, reports: CallReport[]): boolean =>
  (call === undefined || reports.length > 0) &&
  reports.every(({ setupMs, endedBy, received, heardHz }) => {
    if (setupMs === undefined || received === 0 || endedBy === 'timeout' || endedBy === 'failure')
      return false
    return hearHz === undefined || (heardHz !== undefined && Math.abs(heardHz - hearHz) <= 5)
  })

const audioOf = async (
  { wav, toneHz }: UePlan,
  { readFile }: UeCommandPorts,
): Promise<Result<Audio, string>> => {
  if (wav === undefined) return { ok: true, value: { tone: toneHz } }
  const bytes = await readFile(wav).catch((problem: Error) => problem.message)
  if (typeof bytes === 'string') return { ok: false, error: `--wav: ${bytes}` }
  const sound = decodeWav(bytes)
  if (sound.ok) return { ok: true, value: { samples: toTelephone(sound.value) } }
  return { ok: false, error: `--wav: ${wav} is no wav file of 8 or 16 kHz, 16 bits, mono (${sound.error})` }
}

const record = async (
  { record: path }: UePlan,
  reports: CallReport[],
  ports: UeCommandPorts,
): Promise<void> => {
  const sound = reports.findLast(({ recording }) => recording !== undefined)?.recording
  if (path === undefined || !sound) return
  const written = await ports
    .writeFile(path, encodeWav({ rate: 8000, samples: sound }))
    .catch((problem: Error) => problem)
  ports.print(
    written instanceof Error
      ? `--record: ${written.message}`
      : `wrote ${path}, ${(sound.length / 8000).toFixed(1)} s`,
  )
}
