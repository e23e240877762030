import { appendFileSync, chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs'

/** Lines that were typed into monitors of this house, newest first. */
export type History = { readonly lines: string[]; add(line: string): void }

const MOST_LINES = 1000
const LONGEST_LINE = 1000
/** A file larger than this is not ours, or was not kept short: only its end is read. */
const MOST_OCTETS = 1 << 20

/** What names a secret is not written down, nor what begins with a space. */
const isPrivate = (line: string): boolean =>
  /^\s/.test(line) ||
  /pass(?:word|wd|phrase)\S*\s+\S|pass(?:word|wd|phrase)\S*[=:]|secret|api.?key/i.test(line)

const linesOf = (path: string): string[] => {
  try {
    const text = readFileSync(path).subarray(-MOST_OCTETS).toString('utf8')
    return text.split('\n').filter((line) => line !== '' && line.length <= LONGEST_LINE)
  } catch {
    return []
  }
}

/**
 * The history in that file, for its owner only. Several monitors share it: each adds to the end, and one that begins
 * finds what all others typed. A file that cannot be written costs the history, nothing else.
 */
export const openHistory = (path: string): History => {
  const all = linesOf(path)
  const kept = all.slice(-MOST_LINES)
  if (all.length > 2 * MOST_LINES) rewrite(path, kept)
  let last = kept.at(-1)
  return {
    lines: kept.reverse(),
    add(line) {
      const text = line.trimEnd()
      if (text === '' || text === last || text.length > LONGEST_LINE || isPrivate(text)) return
      last = text
      attempt(() => {
        appendFileSync(path, `${text}\n`, { mode: 0o600 })
        chmodSync(path, 0o600)
      })
    },
  }
}

const rewrite = (path: string, lines: readonly string[]): void =>
  attempt(() => {
    writeFileSync(`${path}.new`, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 })
    renameSync(`${path}.new`, path)
  })

const attempt = (work: () => void): void => {
  try {
    work()
  } catch {
    // The disk is full, or the folder belongs to somebody else: the line was run all the same.
  }
}
