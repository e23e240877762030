import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { appendFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from './tandem.ts'

export type SmallDisk = {
  folder: string
  /** To the last octet. */
  fill(): void
  /** There is room again. */
  free(): void
  readOnly(): void
  close(): void
}

const mount = (options: string, folder: string): boolean =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).status === 0
const unmount = (folder: string): void => void spawnSync('umount', ['-l', folder])

/** A file system of its own can only be made by root; elsewhere the tests of src/storage have to do. */
const mayMount = (): boolean => {
  const folder = temporaryFolder('mount')
  const may = mount('size=64k', folder)
  if (may) unmount(folder)
  return may
}
/** Why tests with disks of their own are skipped, if they are. */
export const noDisks = mayMount() ? false : 'mounting is not allowed here'

/** A disk of so many octets, for a data folder. */
export const openSmallDisk = (size: string): SmallDisk => {
  const folder = temporaryFolder('disk')
  assert.ok(mount(`size=${size}`, folder))
  const ballast = join(folder, 'ballast')
  return {
    folder,
    fill: () => {
      for (const piece of [65_536, 4096, 1])
        try {
          for (;;) appendFileSync(ballast, Buffer.alloc(piece))
        } catch (full) {
          assert.equal((full as NodeJS.ErrnoException).code, 'ENOSPC')
        }
    },
    free: () => rmSync(ballast),
    readOnly: () => void execFileSync('mount', ['-o', 'remount,ro', folder]),
    close: () => unmount(folder),
  }
}
