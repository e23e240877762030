import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { GoipSettings } from '#config'
import { err, ok, type Result } from '#lib/result'

type GoipLine = GoipSettings['lines'][number]

const FILE = 'goip-lines.json'
const MOST = 100_000

export type AddedLine = Pick<GoipLine, 'id' | 'password'> & Partial<GoipLine>

/** What a line is that says no more than its id and password: the defaults of the configuration. */
const DEFAULTS: Omit<GoipLine, 'id' | 'password'> = {
  ...{
    number: '',
    device: '',
    status_ok: 0,
    status_refused: 404,
    wait_poll: 'silent',
    number_format: 'plus',
  },
  ...{ pin_address: true, ack_newline: false, direct_sms: false, call_events: true, module_off: 2 },
  trunk: '',
}

export type GoipLineBook = {
  /** Those of the file, but for what has come to stand in the configuration since. */
  readonly lines: GoipLine[]
  /** Those that wait until the configuration has no Ejoin of their device's name any more. */
  readonly waiting: GoipLine[]
  /**
   * On disk when it returns. `configured`: the configuration has a line of this id, which is changed there. `ejoin`: its
   * device has the name of an Ejoin.
   */
  put(line: AddedLine): Result<GoipLine, 'configured' | 'ejoin' | 'full' | 'failure'>
  remove(id: string): Result<void, 'configured' | 'unknown' | 'failure'>
}

/** Lines of GoIP gateways that were added while the server ran: a file beside its records, as they hold passwords. */
export const openGoipLineBook = (
  dataDir: string,
  configured: readonly { id: string }[],
  ejoins: readonly { name: string }[] = [],
): GoipLineBook => {
  const file = join(dataDir, FILE)
  const fixed = new Set(configured.map(({ id }) => id))
  const names = new Set(ejoins.map(({ name }) => name))
  /** Routes, operators and records name a device without its kind. */
  const isEjoin = ({ id, device }: AddedLine): boolean => names.has(device || id)
  let added = new Map(readLines(file).flatMap((line) => (fixed.has(line.id) ? [] : [[line.id, line]])))
  const keep = (next: Map<string, GoipLine>): boolean => {
    if (!writeLines(file, [...next.values()])) return false
    added = next
    return true
  }
  return {
    get lines() {
      return [...added.values()].filter((line) => !isEjoin(line))
    },
    get waiting() {
      return [...added.values()].filter(isEjoin)
    },
    put(wish) {
      if (fixed.has(wish.id)) return err('configured')
      if (isEjoin(wish)) return err('ejoin')
      if (!added.has(wish.id) && added.size >= MOST) return err('full')
      const line: GoipLine = { ...DEFAULTS, ...wish }
      return keep(new Map(added).set(line.id, line)) ? ok(line) : err('failure')
    },
    remove(id) {
      if (fixed.has(id)) return err('configured')
      const next = new Map(added)
      if (!next.delete(id)) return err('unknown')
      return keep(next) ? ok(undefined) : err('failure')
    },
  }
}

/** None where there is no file, or one that was not written here. */
const readLines = (file: string): GoipLine[] => {
  try {
    const list: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return Array.isArray(list) ? list.filter(isLine).map((line) => ({ ...DEFAULTS, ...line })) : []
  } catch {
    return []
  }
}
const isLine = (line: unknown): line is GoipLine =>
  typeof line === 'object' && line !== null && 'id' in line && 'password' in line

/** Whole or not at all: written beside it, on disk, then in its place. */
const writeLines = (file: string, lines: GoipLine[]): boolean => {
  try {
    const beside = `${file}.new`
    const handle = openSync(beside, 'w', 0o600)
    try {
      writeFileSync(handle, `${JSON.stringify(lines, null, 1)}\n`)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    renameSync(beside, file)
    return true
  } catch {
    return false
  }
}
