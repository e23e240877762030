import type { MailboxCounts, RecordedFile, Script, Side, Sound, SoundFiles, SoundStore } from '#core'
import { createLibrary, createMailbox, type MailboxSettings, type Media } from '#core'
import type { Clock } from '#lib/clock'
import { createRandom } from '#lib/random'
import { err, ok } from '#lib/result'

export const FOLDER = '/sounds/'

export const memorySoundStore = () => {
  const sounds = new Map<string, Sound>()
  const store: SoundStore = {
    put: async (sound) => void sounds.set(sound.id, sound),
    remove: async (id) => void sounds.delete(id),
    get: async (id) => sounds.get(id),
    list: async ({ kind, impi, limit }) =>
      [...sounds.values()]
        .filter((one) => one.kind === kind && one.impi === impi)
        .sort((a, b) => b.atMs - a.atMs)
        .slice(0, limit),
    counts: async () => new Map<string, MailboxCounts>(),
    olderThan: async (kind, atMs, limit) =>
      [...sounds.values()].filter((one) => one.kind === kind && one.atMs < atMs).slice(0, limit),
  }
  return { ...store, sounds }
}

const memorySoundFiles = () => {
  const files = new Map<string, Uint8Array>()
  const settled: string[] = []
  const made: SoundFiles = {
    pathOf: async (name) => FOLDER + name,
    settle: async (name) => {
      settled.push(name)
      return files.get(name)?.length
    },
    write: async (name, octets) => void files.set(name, octets),
    has: async (name) => files.has(name),
    remove: async (name) => void files.delete(name),
  }
  return { ...made, files, settled }
}

type Spoken = { call: string; sdp: string; script: Script | undefined }

/** Media that note what they are to say and keep; the test says what comes of it. */
export const speakingMedia = (able: () => boolean) => {
  const spoken: Spoken[] = []
  const kept: { call: string; folder: string | undefined; name: string }[] = []
  const media: Required<Pick<Media, 'speak' | 'record'>> = {
    speak: async (call, side: Side, sdp, script) => {
      if (!able()) return err('not-acceptable-media')
      spoken.push({ call, sdp, script })
      return ok(`${sdp}a=x-through:speak-${side}\r\n`)
    },
    record: async (call, folder, name) => {
      if (!able()) return err('not-acceptable-media')
      kept.push({ call, folder, name })
      return ok(undefined)
    },
  }
  return { ...media, spoken, kept }
}

/** Everything that keeps what is said, in memory. */
export const memorySounds = (clock: Clock, settings: Partial<MailboxSettings> = {}) => {
  const [store, files, random] = [memorySoundStore(), memorySoundFiles(), createRandom()]
  const mailbox = createMailbox({
    ...{ clock, random, store, files, counts: new Map() },
    settings: { has: () => true, afterS: 20, mostS: 180, most: 3, number: '*97', ...settings },
  })
  const recordings = createLibrary('recording', { store, files })
  let may = true
  return {
    ...{ store, files, mailbox, recordings },
    ports: { mailbox, recordings, files, mayRecord: () => may },
    forbid: () => {
      may = false
    },
    /** As the engine writes it: so many milliseconds of a WAV file. */
    write: (path: string, ms: number): RecordedFile => {
      files.files.set(path.slice(FOLDER.length), new Uint8Array(44 + ms * 16))
      return { path, type: 'audio/wav', ms }
    },
  }
}
