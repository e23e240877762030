import { access, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { SoundFiles } from '#core'

const syncFolder = async (path: string): Promise<void> => {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Sounds as files below one folder, for nobody's eyes but ours: what people say. */
export const createSoundFiles = (folder: string): SoundFiles => {
  const at = (name: string): string => join(folder, name)
  const pathOf = async (name: string): Promise<string> => {
    await mkdir(dirname(at(name)), { recursive: true, mode: 0o700 })
    return at(name)
  }
  return {
    pathOf,
    // The name is on disk when its folder is, and that one's own name a level above.
    settle: async (name) => {
      try {
        const file = await open(at(name), 'r+')
        try {
          await file.sync()
          const { size } = await file.stat()
          await syncFolder(dirname(at(name)))
          await syncFolder(folder)
          return size
        } finally {
          await file.close()
        }
      } catch (problem) {
        if ((problem as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw problem
      }
    },
    write: async (name, octets) => {
      const path = await pathOf(name)
      const file = await open(`${path}.new`, 'w', 0o600)
      try {
        await file.writeFile(octets)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(`${path}.new`, path)
      await syncFolder(dirname(path))
    },
    has: (name) =>
      access(at(name)).then(
        () => true,
        () => false,
      ),
    remove: (name) => rm(at(name), { force: true }),
  }
}
