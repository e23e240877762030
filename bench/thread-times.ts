import { readdirSync, readFileSync } from 'node:fs'

const DIR = '/proc/self/task'
const GROUPS: [string, RegExp][] = [
  ['main', /MainThread|^node$/],
  ['workers', /^WorkerThread/],
  ['V8', /V8Worker/],
]

/** CPU time of this process so far by what its threads are, in microseconds (proc(5), schedstat). */
export const threadTimes = (): Record<string, number> => {
  const times: Record<string, number> = {}
  for (const task of readdirSync(DIR)) {
    const name = readFileSync(`${DIR}/${task}/comm`, 'latin1').trim()
    const group = GROUPS.find(([, names]) => names.test(name))?.[0] ?? 'rest'
    const ns = Number(readFileSync(`${DIR}/${task}/schedstat`, 'latin1').split(' ')[0])
    times[group] = (times[group] ?? 0) + ns / 1000
  }
  return times
}
