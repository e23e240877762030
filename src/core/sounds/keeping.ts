import type { Timers } from '#lib/clock'
import type { Log } from '#lib/log'
import type { Random } from '#lib/random'
import { err } from '#lib/result'
import type { Call } from '../call.ts'
import type { CallOffer } from '../call-ports.ts'
import type { Media } from '../ports.ts'
import type { Answering } from '../ringing/ringing.ts'
import { isOneself, ownerOf } from '../self.ts'
import type { Found } from '../subscribers.ts'
import { createAnswering } from './answering.ts'
import { createBusy } from './busy.ts'
import type { SoundFiles } from './contract.ts'
import type { Library } from './library.ts'
import { createListening } from './listening.ts'
import type { Mailbox } from './mailbox.ts'
import { createRecorder, type Recorder } from './recorder.ts'
import { createSpoken } from './spoken.ts'

export type SoundPorts = {
  /** Absent: nobody has one. */
  mailbox?: Mailbox | undefined
  recordings: Library
  files: SoundFiles
  /** Whether users may have calls recorded. */
  mayRecord: () => boolean
}

export type KeepingPorts = {
  timers: Timers
  random: Random
  log: Log
  /** Absent: nothing that is said is kept. */
  sounds?: SoundPorts | undefined
  media: Pick<Media, 'speak'>
  /** The record of a call changed, maybe after its end. */
  saved(call: Call): void
}

/** What calls have to do with what is said and kept: mailboxes that answer and are listened to, recordings. */
export const createKeeping = ({ timers, random, log, sounds, media, saved }: KeepingPorts) => {
  const spoken = createSpoken(timers)
  const busy = createBusy(timers)
  const mailbox = media.speak && sounds?.mailbox
  const recorder: Pick<Recorder, 'record' | 'onRecorded' | 'isWantedBy'> = sounds
    ? createRecorder({
        ...{ timers, random, log, busy, saved, files: sounds.files },
        ...{ library: sounds.recordings, allowed: sounds.mayRecord },
      })
    : {
        record: async () => err({ why: 'forbidden', status: 403 }),
        onRecorded: () => {},
        isWantedBy: () => false,
      }
  const take = mailbox && createAnswering({ mailbox, spoken, log, busy, saved })
  const answering: Answering | undefined =
    mailbox && take
      ? {
          take: async (call, found) => !found.subscriber.proxied && take(call, found),
          afterS: ({ offer, record }, found) =>
            record.kind === 'call' &&
            !found.subscriber.proxied &&
            offer.description &&
            !offer.caller.subscriber?.ringOnly &&
            mailbox.settings.has(found)
              ? mailbox.settings.afterS
              : undefined,
        }
      : undefined
  return {
    answering,
    ...recorder,
    onSpoken: spoken.onSpoken,
    /** What was said is on disk, or will not be in so long. */
    idle: busy.idle,
    /** Somebody has dialled its own number, and has a mailbox. */
    isOwner: (offer: CallOffer, found: Found | undefined): boolean =>
      mailbox !== undefined &&
      offer.kind === undefined &&
      found !== undefined &&
      isOneself(offer, found) &&
      mailbox.settings.has(found),
    /** Somebody wants to hear its own mailbox. */
    isNumber(offer: CallOffer): boolean {
      const owner = ownerOf(offer)
      return (
        mailbox !== undefined &&
        offer.kind === undefined &&
        owner !== undefined &&
        !owner.proxied &&
        mailbox.settings.number !== '' &&
        offer.dialled.user === mailbox.settings.number
      )
    },
    listening: (call: Call): Promise<void> =>
      mailbox ? createListening({ mailbox, spoken })(call) : Promise.resolve(),
  }
}
