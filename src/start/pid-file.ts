import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** `<data_dir>/tandem.pid` tells scripts whom to stop; gives the function that removes it. */
export const writePidFile = (dataDir: string): (() => void) => {
  const path = pathOf(dataDir)
  writeFileSync(path, `${process.pid}\n`)
  return () => rmSync(path, { force: true })
}

/** Who runs, or ran, in this data folder; undefined when nobody wrote it down. */
export const readPidFile = (dataDir: string): number | undefined => {
  try {
    return Number.parseInt(readFileSync(pathOf(dataDir), 'utf8'), 10) || undefined
  } catch {
    return undefined
  }
}

const pathOf = (dataDir: string): string => join(dataDir, 'tandem.pid')
