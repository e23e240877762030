import type { Timers } from '#lib/clock'
import { bugText, type Log } from '#lib/log'
import type { Random } from '#lib/random'
import { err, ok, type Result } from '#lib/result'
import type { Call } from '../call.ts'
import type { Refused } from '../call-ports.ts'
import { shownTo } from '../moving/sitting.ts'
import type { RecordedFile, Side } from '../ports.ts'
import type { Busy } from './busy.ts'
import type { Sound, SoundFiles } from './contract.ts'
import type { Library } from './library.ts'

export type RecorderPorts = {
  timers: Timers
  random: Random
  log: Log
  busy: Pick<Busy, 'add'>
  files: SoundFiles
  library: Pick<Library, 'add'>
  /** Whether users may keep what is said. */
  allowed: () => boolean
  /** The record of a call changed. */
  saved(call: Call): void
}

/** A recording that goes on, or whose files are still to come. */
type Running = {
  kept: PromiseWithResolvers<void>
  /** The engine does it, or will not. */
  begun: Promise<Result<void, Refused>>
  call: Call
  by: Side
  id: string
  folder: string
  owner: Pick<Sound, 'impi' | 'with' | 'name'>
  atMs: number
}

const NOT_NOW: Refused = { why: 'peer-failure', status: 481 }
const NOT_YOU: Refused = { why: 'forbidden', status: 403 }
/** Files that never come are not waited for. */
const LATE_MS = 60_000

const ownerOf = (call: Call, by: Side): Running['owner'] | undefined => {
  const person = by === 'caller' ? call.offer.caller.subscriber : call.called?.subscriber
  if (!person) return undefined
  const { identity, display } = shownTo(call, by)
  return { impi: person.impi, with: identity, name: display }
}

/** Keeps what both sides of a call say, as long as one of them wants it. */
export const createRecorder = ({
  timers,
  random,
  log,
  busy,
  files,
  library,
  allowed,
  saved,
}: RecorderPorts) => {
  /** By the call's id: one at a time. */
  const running = new Map<string, Running>()
  /** The side that wants a call to be kept: known beyond the call's end, for where that party speaks next. */
  const wanted = new WeakMap<Call, Side>()
  /** Told to stop; in the order in which their files come. */
  const ending = new Map<string, Running[]>()

  const stop = (id: string): void => {
    const one = running.get(id)
    if (!one) return
    running.delete(id)
    const list = [...(ending.get(id) ?? []), one]
    ending.set(id, list)
    busy.add(one.kept.promise)
    timers.after(LATE_MS, () => {
      one.kept.resolve()
      const left = ending.get(id)?.filter((other) => other !== one) ?? []
      if (left.length > 0) ending.set(id, left)
      else ending.delete(id)
    })
  }

  const start = async (call: Call, by: Side): Promise<Result<void, Refused>> => {
    const { id } = call.record
    const owner = ownerOf(call, by)
    if (!owner || !allowed()) return err(NOT_YOU)
    const present = running.get(id)
    if (present) return present.begun
    const name = random.token(16)
    const atMs = timers.clock.wallMs()
    const folder = new Date(atMs).toISOString().slice(0, 7)
    const [kept, begun] = [Promise.withResolvers<void>(), begin(call, folder, name)]
    const one: Running = { kept, begun, call, by, id: name, folder, owner, atMs }
    running.set(id, one)
    const done = await begun
    if (done.ok) {
      wanted.set(call, by)
      call.whenOver(() => stop(id))
    } else if (running.get(id) === one) running.delete(id)
    return done
  }

  /** Never rejects: a disk that is full is said once, and the call goes on. */
  const begin = async (call: Call, folder: string, name: string): Promise<Result<void, Refused>> => {
    try {
      const path = await files.pathOf(`${folder}/${name}`)
      const begun = await call.media.record(path.slice(0, -name.length - 1), name)
      return begun.ok ? ok(undefined) : err({ why: begun.error })
    } catch (bug) {
      log.write('app', 'error', `nothing can be recorded: ${bugText(bug)}`)
      return err({ why: 'internal' })
    }
  }

  const keep = async (
    { call, by, id, folder, owner, atMs }: Running,
    made: RecordedFile[],
  ): Promise<void> => {
    const kept: string[] = []
    for (const [at, { side, path, type, ms }] of made.entries()) {
      const name = `${folder}/${path.slice(path.lastIndexOf('/') + 1)}`
      if ((await files.settle(name)) === undefined) continue
      const own = at === 0 ? id : `${id}-${at + 1}`
      await library.add({
        ...{ kind: 'recording', id: own, call: call.record.id, ...owner, atMs, ms, path: name, type },
        ...{ heard: false, urgent: false },
        ...(side && { voice: side === by ? 'own' : 'other' }),
      })
      kept.push(own)
    }
    call.record.recordings = [...(call.record.recordings ?? []), ...kept]
    saved(call)
  }

  return {
    async record(call: Call, by: Side, on: boolean): Promise<Result<void, Refused>> {
      const { id } = call.record
      if (!call.isAnswered || call.over || call.alone) return err(NOT_NOW)
      if (on) return start(call, by)
      if (!running.has(id)) return ok(undefined)
      if (!ownerOf(call, by)) return err(NOT_YOU)
      // What has not begun cannot be ended: it would begin after its end.
      await running.get(id)?.begun
      if (!running.has(id)) return ok(undefined)
      wanted.delete(call)
      stop(id)
      const ended = await call.media.record(undefined, '')
      return ended.ok ? ok(undefined) : err({ why: ended.error })
    },
    onRecorded(call: string, made: RecordedFile[]): void {
      const [first, ...rest] = ending.get(call) ?? []
      const one = first ?? running.get(call)
      if (rest.length > 0) ending.set(call, rest)
      else ending.delete(call)
      // The engine has ended it by itself.
      if (!first) running.delete(call)
      if (!one) return
      keep(one, made)
        .catch((bug: unknown) => log.write('app', 'error', `a recording is lost: ${bugText(bug)}`))
        .finally(() => one.kept.resolve())
    },
    isWantedBy: (call: Call, side: Side): boolean => wanted.get(call) === side,
  }
}
export type Recorder = ReturnType<typeof createRecorder>
