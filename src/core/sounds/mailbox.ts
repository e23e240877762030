import type { Clock } from '#lib/clock'
import { nameOfText } from '#lib/hash'
import type { Random } from '#lib/random'
import { err, ok, type Result } from '#lib/result'
import type { Subscriber } from '../subscribers.ts'
import type { MailboxCounts, MailboxSettings, Sound, SoundFiles, SoundStore } from './contract.ts'
import { createLibrary } from './library.ts'
import { PROMPTS, type Prompt, tonesWav } from './tones.ts'
import { telephoneWav } from './wav.ts'

export type MailboxPorts = {
  clock: Clock
  random: Random
  store: SoundStore
  files: SoundFiles
  settings: MailboxSettings
  /** As the store knows them at the start. */
  counts: Map<string, MailboxCounts>
}

const NONE: MailboxCounts = { new: 0, old: 0, newUrgent: 0, oldUrgent: 0 }

const fieldOf = ({ heard, urgent }: Sound): keyof MailboxCounts => {
  if (urgent) return heard ? 'oldUrgent' : 'newUrgent'
  return heard ? 'old' : 'new'
}

/** Folders by month, so that none grows without end. */
const pathFor = (atMs: number, id: string): string => `${new Date(atMs).toISOString().slice(0, 7)}/${id}.wav`

const greetingName = (impi: string): string => `greetings/${nameOfText(impi)}.wav`

/** Messages that wait, how many, who is told of it, and what callers hear first. */
export const createMailbox = ({ clock, random, store, files, settings, counts }: MailboxPorts) => {
  const watchers = new Map<string, Set<(counts: MailboxCounts) => void>>()

  const count = (impi: string, field: keyof MailboxCounts, by: 1 | -1): void => {
    const now = { ...(counts.get(impi) ?? NONE) }
    now[field] = Math.max(0, now[field] + by)
    counts.set(impi, now)
  }
  const library = createLibrary('mailbox', { store, files }, (impi, was, is) => {
    if (was) count(impi, fieldOf(was), -1)
    if (is) count(impi, fieldOf(is), 1)
    for (const hear of [...(watchers.get(impi) ?? [])]) hear(countsOf(impi))
  })
  const countsOf = (impi: string): MailboxCounts => counts.get(impi) ?? NONE
  const held = (impi: string): number => {
    const { new: fresh, old, newUrgent, oldUrgent } = countsOf(impi)
    return fresh + old + newUrgent + oldUrgent
  }

  /** Made once, when it is wanted first. */
  const prompt = async (name: Prompt): Promise<string> => {
    const file = `prompts/${name}.wav`
    if (!(await files.has(file))) await files.write(file, tonesWav(PROMPTS[name]))
    return files.pathOf(file)
  }

  return {
    ...library,
    settings,
    countsOf,
    prompt,
    isFull: (impi: string): boolean => held(impi) >= settings.most,
    /** Where the next message goes. */
    place(): { id: string; path: string } {
      const id = random.token(16)
      return { id, path: pathFor(clock.wallMs(), id) }
    },
    files,
    /** Hears of each change until the function that it gives is called. */
    watch({ impi }: Pick<Subscriber, 'impi'>, hear: (counts: MailboxCounts) => void): () => void {
      const all = watchers.get(impi) ?? new Set()
      watchers.set(impi, all.add(hear))
      return () => {
        if (all.delete(hear) && all.size === 0) watchers.delete(impi)
      }
    },
    greeting: {
      /** Absolute path of one's own greeting; undefined: the one for all. */
      async of(impi: string): Promise<string | undefined> {
        const name = greetingName(impi)
        return (await files.has(name)) ? files.pathOf(name) : undefined
      },
      /** A WAV file of 16 bit, one or two channels, at most two minutes. */
      async put(impi: string, octets: Uint8Array): Promise<Result<void, 'no-wav' | 'too-long'>> {
        const wav = telephoneWav(octets)
        if (!wav.ok) return err(wav.error)
        await files.write(greetingName(impi), wav.value)
        return ok(undefined)
      },
      remove: (impi: string): Promise<void> => files.remove(greetingName(impi)),
    },
  }
}
export type Mailbox = ReturnType<typeof createMailbox>
