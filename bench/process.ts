import { readdirSync, readFileSync } from 'node:fs'

/** What the kernel says of a process and all its descendants: Kamailio is several, Tandem one with threads. */
export const treeOf = (pid: number): number[] => {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = statOf(Number(name))
    if (stat) parents.set(Number(name), Number(stat[1]))
  }
  const tree = [pid]
  for (let at = 0; at < tree.length; at++)
    for (const [child, parent] of parents) if (parent === tree[at]) tree.push(child)
  return tree
}

/** The fields after the name, which may hold spaces: state, ppid, … (proc(5), from field 3 on). */
const statOf = (pid: number): string[] | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}

const TICKS_PER_SECOND = 100
const [UTIME, STIME, CUTIME, CSTIME] = [11, 12, 13, 14]

/** User and system time of the tree in seconds, ended children included. */
export const cpuSeconds = (pids: number[]): number => {
  let ticks = 0
  for (const pid of pids) {
    const stat = statOf(pid)
    if (stat) for (const field of [UTIME, STIME, CUTIME, CSTIME]) ticks += Number(stat[field])
  }
  return ticks / TICKS_PER_SECOND
}

/** Proportional set size of the tree in bytes: shared pages are counted once. */
export const pssBytes = (pids: number[]): number => {
  let kilobytes = 0
  for (const pid of pids) {
    const found = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1').match(/^Pss:\s+(\d+) kB/m)
    kilobytes += Number(found?.[1] ?? 0)
  }
  return kilobytes * 1024
}
