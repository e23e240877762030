import { bugText, type Log } from '#lib/log'
import type { Call } from '../call.ts'
import { isOneself } from '../self.ts'
import type { Found } from '../subscribers.ts'
import type { Busy } from './busy.ts'
import type { Sound } from './contract.ts'
import type { Mailbox } from './mailbox.ts'
import type { Spoken } from './spoken.ts'
import { wavMs } from './wav.ts'

export type AnsweringPorts = {
  mailbox: Mailbox
  spoken: Spoken
  log: Log
  busy: Pick<Busy, 'add'>
  /** The record of a call changed after its end. */
  saved(call: Call): void
}

/** Who hangs up sooner has said nothing. */
const SHORTEST_MS = 1000

/** A caller who was in another call before has an answer of its own to that. */
export const answered = async (call: Call, sdp: string, status?: number): Promise<void> => {
  const said = await call.caller.answer(sdp, status)
  if (said !== undefined && !call.over) await call.alone?.(said)
}

/** The house is all that the caller talks with: it answers new offers without saying more. */
export const answersAlone = (call: Call): void => {
  // Named first, as calls are to die young (decision 71).
  const alone: Call['alone'] = (sdp) => call.media.speak('caller', sdp, undefined, call.callerMedia)
  call.alone = alone
}

/** Answers for somebody who does not: a greeting, a beep, and what the caller says is kept. */
export const createAnswering = ({ mailbox, spoken, log, busy, saved }: AnsweringPorts) => {
  const { settings, files } = mailbox

  const keep = async (call: Call, { subscriber }: Found, id: string, path: string, toldMs: number) => {
    const octets = await files.settle(path)
    const ms = toldMs > 0 ? toldMs : wavMs(octets ?? 0)
    if (octets === undefined || ms < SHORTEST_MS) return files.remove(path)
    const { identity, display, anonymous } = call.offer.caller
    const sound: Sound = {
      ...{ kind: 'mailbox', id, impi: subscriber.impi, call: call.record.id },
      ...{ with: anonymous ? '' : identity, name: anonymous ? '' : display },
      ...{ atMs: call.record.startedAtMs, ms, path, type: 'audio/wav', heard: false, urgent: false },
    }
    await mailbox.add(sound)
    call.record.mailbox = id
    saved(call)
  }

  /** False: it does not, and the caller is to hear why nobody answered. */
  return async (call: Call, found: Found): Promise<boolean> => {
    const { offer, record } = call
    const { impi } = found.subscriber
    if (!offer.description || record.kind !== 'call' || !settings.has(found) || mailbox.isFull(impi))
      return false
    if (isOneself(offer, found) || offer.caller.subscriber?.ringOnly) return false
    const { id, path } = mailbox.place()
    const greeting = (await mailbox.greeting.of(impi)) ?? (await mailbox.prompt('greeting'))
    const script = {
      play: [greeting, await mailbox.prompt('beep')],
      record: { path: await files.pathOf(path), mostS: settings.mostS },
    }
    if (call.over) return true
    const answer = await call.media.speak('caller', offer.description.sdp, script, call.callerMedia)
    if (call.over) return true
    if (!answer.ok) return false
    spoken.listen(record.id, (end) => {
      if (end !== 'played') call.end('callee')
    })
    call.whenOver(() => {
      const kept = spoken
        .leave(record.id)
        .then((ms) => keep(call, found, id, path, ms))
        .catch((bug: unknown) => log.write('app', 'error', `a message is lost: ${bugText(bug)}`))
      busy.add(kept)
    })
    answersAlone(call)
    record.mailbox = ''
    call.caller.voiceMail?.()
    call.answered()
    await answered(call, answer.value)
    return true
  }
}
export type Answering = ReturnType<typeof createAnswering>
