import { openSync, promises, writeSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

const { copyFile, mkdir, open, rename, stat, unlink } = promises
type FileHandle = promises.FileHandle

export type DiskOptions = {
  path: string
  /** Asked at each opening and write, since they may change while running. */
  append: () => boolean
  rotateSize: () => number
  /** Folder of rotated files, relative to the file's own; empty: beside it. */
  rotatedPath: () => string
}

/** `cut`: closes the file and opens it anew, emptied unless appending. `rotate`: moves it away and begins a new one. */
export type Job = 'cut' | 'rotate' | Buffer

export type Disk = {
  /** One at a time. Rejects with what the system says. */
  perform(job: Job): Promise<void>
  /** For the end of the process, when nothing can be waited for. Throws. */
  writeSync(bytes: Buffer): void
  close(): Promise<void>
}

export const createDisk = ({ path, append, rotateSize, rotatedPath }: DiskOptions): Disk => {
  let handle: FileHandle | undefined
  let size = 0
  let known = false

  const reopen = async (flags: 'a' | 'w'): Promise<void> => {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    handle = await open(path, flags, 0o600)
    size = (await handle.stat()).size
    known = true
  }
  /** Only the first opening may empty the file: one after a fault never throws away what is there. */
  const flags = (): 'a' | 'w' => (known || append() ? 'a' : 'w')
  const close = async (): Promise<void> => {
    const old = handle
    handle = undefined
    await old?.close()
  }
  const turnOver = async (): Promise<void> => {
    await close()
    await moveAway(path, resolve(dirname(path), rotatedPath()))
    await reopen('a')
  }
  const write = async (bytes: Buffer): Promise<void> => {
    if (rotateSize() > 0 && size > 0 && size + bytes.length > rotateSize()) await turnOver()
    await handle?.appendFile(bytes)
    size += bytes.length
  }
  return {
    perform: async (job) => {
      if (!handle) await reopen(flags())
      if (job === 'cut') {
        await close()
        await reopen(append() ? 'a' : 'w')
      } else if (job === 'rotate') await turnOver()
      else await write(job)
    },
    writeSync: (bytes) => void writeSync(handle?.fd ?? openSync(path, flags(), 0o600), bytes),
    close,
  }
}

/** `tandem.log` becomes `tandem.log.20180710-123456` (local time), with a number behind it when that exists. */
const moveAway = async (path: string, folder: string): Promise<void> => {
  const now = new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString()
  const base = join(folder, `${basename(path)}.${now.slice(0, 19).replace(/[-:]/g, '').replace('T', '-')}`)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  let target = base
  for (let n = 1; await exists(target); n++) target = `${base}-${n}`
  try {
    await rename(path, target)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error
    await copyFile(path, target)
    await unlink(path)
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
