import { constants, promises } from 'node:fs'
import { resolve } from 'node:path'
import { err, ok, type Result } from '#lib/result'

/** A description is a page of text; what is longer is something else. */
const MOST_OCTETS = 64 * 1024

/** Reads a small regular file. What is wrong names the file and never tells what stands in it. */
export const createFileReader =
  (folder: string) =>
  async (name: string): Promise<Result<string, string>> => {
    if (name.includes('\0')) return err('the file name holds a zero character')
    const path = resolve(folder, name)
    // Not to wait for a writer, should it be a pipe.
    const flags = constants.O_RDONLY | constants.O_NONBLOCK
    try {
      await using file = await promises.open(path, flags)
      const found = await file.stat()
      if (!found.isFile()) return err(`${name}: is not a file`)
      if (found.size > MOST_OCTETS) return err(`${name}: ${found.size} octets, ${MOST_OCTETS} are the most`)
      const octets = new Uint8Array(MOST_OCTETS)
      const { bytesRead } = await file.read(octets, 0, MOST_OCTETS, 0)
      return ok(Buffer.from(octets.buffer, 0, bytesRead).latin1Slice())
    } catch (problem) {
      const { code } = problem as NodeJS.ErrnoException
      return err(`${name}: ${code === undefined ? 'cannot be read' : (WHY[code] ?? code)}`)
    }
  }

const WHY: Record<string, string> = {
  ENOENT: 'there is no such file',
  EACCES: 'may not be read',
  EISDIR: 'is not a file',
}
