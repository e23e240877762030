import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A secret of our own: made once, and kept in the data folder for the server's user alone. */
export const keptSecret = (
  dataDir: string,
  name: string,
  make: () => string,
): { secret: string; file: string } => {
  const file = join(dataDir, name)
  const known = textOf(file)?.trim()
  if (known !== undefined && known !== '') return { secret: known, file }
  const secret = make()
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  writeFileSync(file, `${secret}\n`, { mode: 0o600 })
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
