import { createLibrary, createMailbox, type Mailbox, type Media, type SoundPorts } from '#core'
import { createRandom } from '#lib/random'
import { mailboxSettingsOf, soundsFolder, startRetention } from '#start'
import { createSoundFiles } from '#storage'
import type { Ground } from './ground.ts'

/** What is said and kept: mailboxes and recordings, where the media engine can play and keep. */
export type SoundSide = SoundPorts & { mailbox: Mailbox | undefined; canRecord: boolean; start(): void }

export const createSoundSide = async (ground: Ground, media: Media): Promise<SoundSide> => {
  const { settings, timers, log, store } = ground
  const { clock } = timers
  const files = createSoundFiles(soundsFolder(settings))
  const ports = { store: store.sounds, files }
  const recordings = createLibrary('recording', ports)
  const wanted = media.speak && mailboxSettingsOf(settings)
  const mailbox = wanted
    ? createMailbox({
        ...{ ...ports, clock, random: createRandom(), settings: wanted },
        counts: await store.sounds.counts(),
      })
    : undefined
  const messages = mailbox ?? createLibrary('mailbox', ports)
  return {
    ...{ mailbox, recordings, files },
    mayRecord: () => settings.recording.enabled,
    canRecord: settings.recording.enabled && media.record !== undefined,
    start() {
      startRetention({
        ...{ timers, log, what: 'mailbox messages', keepDays: settings.mailbox.keep_days },
        deleteBefore: messages.deleteBefore,
      })
      startRetention({
        ...{ timers, log, what: 'recordings', keepDays: settings.recording.keep_days },
        deleteBefore: recordings.deleteBefore,
      })
    },
  }
}
