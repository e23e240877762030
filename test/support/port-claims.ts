import { readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Below the kernel's own range for outgoing connections, so that nobody takes them by chance. */
const [FIRST, LAST] = [10_240, 32_640]
/** A house's media take exactly one: of smaller stretches there were soon no two left side by side. */
const STRETCH = 400
const COUNT = Math.floor((LAST - FIRST) / STRETCH)

const pathOf = (index: number): string => join(tmpdir(), `tandem-test-ports-${index}`)

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Whoever claimed it may have died without giving it back. */
const claim = (index: number): boolean => {
  for (const last of [false, true])
    try {
      writeFileSync(pathOf(index), String(process.pid), { flag: 'wx' })
      return true
    } catch {
      try {
        if (last || lives(Number(readFileSync(pathOf(index), 'utf8')))) return false
        unlinkSync(pathOf(index))
      } catch {
        // Given back in this very moment.
      }
    }
  return false
}

const giveBack = (indices: Iterable<number>): void => {
  for (const index of indices)
    try {
      unlinkSync(pathOf(index))
    } catch {
      // Somebody cleaned the folder.
    }
}

const own = new Set<number>()
process.on('exit', () => giveBack(own))

/**
 * So many ports in a row that no other test process takes, until this one ends: test files run beside each other, and between
 * the choice of a port and its use there is time. `size`: 1 or more; gives the first and one past the last.
 */
export const claimPorts = (size: number): { from: number; to: number } => {
  const stretches = Math.ceil(size / STRETCH)
  const start = Math.floor(Math.random() * COUNT)
  for (let tries = 0; tries < COUNT; tries++) {
    const first = (start + tries) % COUNT
    if (first + stretches > COUNT) continue
    const claimed: number[] = []
    for (let i = 0; i < stretches && claim(first + i); i++) claimed.push(first + i)
    if (claimed.length < stretches) {
      giveBack(claimed)
      continue
    }
    for (const index of claimed) own.add(index)
    return { from: FIRST + first * STRETCH, to: FIRST + (first + stretches) * STRETCH }
  }
  throw new Error(`no ${size} ports from ${FIRST} to ${LAST} that no other test has claimed`)
}
