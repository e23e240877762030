import type { Sound, SoundFiles, SoundQuery, SoundStore } from './contract.ts'

export type LibraryPorts = { store: SoundStore; files: SoundFiles }

const STEP = 200

/** Sounds of one kind, as their owners see them. */
export const createLibrary = (
  kind: Sound['kind'],
  { store, files }: LibraryPorts,
  changed: (impi: string, was: Sound | undefined, is: Sound | undefined) => void = () => {},
) => {
  const get = async (impi: string, id: string): Promise<Sound | undefined> => {
    const found = await store.get(id)
    return found?.kind === kind && found.impi === impi ? found : undefined
  }
  const drop = async (sound: Sound): Promise<void> => {
    await store.remove(sound.id)
    await files.remove(sound.path)
    changed(sound.impi, sound, undefined)
  }
  return {
    /** Its file is on disk already. */
    async add(sound: Sound): Promise<void> {
      await store.put(sound)
      changed(sound.impi, undefined, sound)
    },
    list: (query: Omit<SoundQuery, 'kind'>): Promise<Sound[]> => store.list({ ...query, kind }),
    /** Undefined also for those of others. */
    get,
    /** Absolute path of its file. */
    fileOf: ({ path }: Sound): Promise<string> => files.pathOf(path),
    /** False when there is none, as for those of others. */
    async mark(impi: string, id: string, heard: boolean): Promise<boolean> {
      const found = await get(impi, id)
      if (!found) return false
      if (found.heard === heard) return true
      await store.put({ ...found, heard })
      changed(impi, found, { ...found, heard })
      return true
    },
    async remove(impi: string, id: string): Promise<boolean> {
      const found = await get(impi, id)
      if (found) await drop(found)
      return found !== undefined
    },
    /** Gives how many went. */
    async deleteBefore(atMs: number): Promise<number> {
      for (let count = 0; ; ) {
        const some = await store.olderThan(kind, atMs, STEP)
        for (const sound of some) await drop(sound)
        count += some.length
        if (some.length < STEP) return count
      }
    },
  }
}
export type Library = ReturnType<typeof createLibrary>
