import { closeSync, existsSync, fstatSync, openSync, readFileSync, statSync } from 'node:fs'
import { err, ok, type Result } from '#lib/result'

/** The file system as the configuration needs it. */
export type Files = {
  /** The text of a file; the error says why not. */
  read(path: string): Result<string, string>
  exists(path: string, what?: 'file' | 'anything'): boolean
}

export const MAX_FILE_BYTES = 64 << 20

const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file',
  EACCES: 'not permitted',
  EISDIR: 'is a directory',
}

export const reasonOf = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return REASONS[code] ?? (error instanceof Error ? error.message : String(error))
}

const readBounded = (path: string): Result<string, string> => {
  const descriptor = openSync(path, 'r')
  try {
    const stat = fstatSync(descriptor)
    if (stat.isDirectory()) return err('is a directory')
    if (!stat.isFile()) return err('is not a regular file')
    if (stat.size > MAX_FILE_BYTES) return err(`is larger than ${MAX_FILE_BYTES >> 20} MiB`)
    return ok(readFileSync(descriptor, 'utf8'))
  } finally {
    closeSync(descriptor)
  }
}

export const diskFiles: Files = {
  read: (path) => {
    try {
      // A pipe would block the open itself.
      return statSync(path).isFIFO() ? err('is not a regular file') : readBounded(path)
    } catch (error) {
      return err(reasonOf(error))
    }
  },
  exists: (path, what = 'file') =>
    what === 'anything' ? existsSync(path) : (statSync(path, { throwIfNoEntry: false })?.isFile() ?? false),
}
