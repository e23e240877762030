import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** `<data_dir>/tandem.pid` tells scripts whom to stop; gives the function that removes it. */
export const writePidFile = (dataDir: string): (() => void) => {
  const path = join(dataDir, 'tandem.pid')
  writeFileSync(path, `${process.pid}\n`)
  return () => rmSync(path, { force: true })
}
