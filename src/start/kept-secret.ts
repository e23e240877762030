import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * A secret of our own: made once, and kept in the data folder for the server's user alone. One that is not `good` any more
 * is made anew.
 */
export const keptSecret = (
  dataDir: string,
  name: string,
  make: () => string,
  good: (secret: string) => boolean = () => true,
): { secret: string; file: string } => {
  const file = join(dataDir, name)
  const known = textOf(file)?.trim()
  if (known !== undefined && known !== '' && good(known)) return { secret: known, file }
  const secret = make()
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  // Never half of it, and for nobody else's eyes whatever was there before.
  writeFileSync(`${file}.new`, `${secret}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
  return { secret, file }
}

/** Undefined: there is no such file. */
export const textOf = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
