import type { Result } from '#lib/result'
import type { Effective } from './check.ts'
import type { Loaded } from './load.ts'
import { type Problem, printProblem } from './problem.ts'

/** The property at top level that a path belongs to, with its index: `ue_db[3]`, `sip_addr[0]`, `media`. */
const headOf = (path: string): string => /^[^.]*/.exec(path)?.[0] ?? ''

/** Every effective value on a line of its own with its source; secrets are `***`. */
export const printConfiguration = ({ effective }: Pick<Loaded, 'effective'>): string => {
  const groups = new Map<string, Effective[]>()
  for (const one of effective) {
    const head = headOf(one.path)
    const group = groups.get(head)
    if (group) group.push(one)
    else groups.set(head, [one])
  }
  const lines = [...groups.values()]
    .flat()
    .map(({ path, shown, source }) => [`${path}: ${shown}`, source] as const)
  const width = Math.min(
    60,
    lines.reduce((most, [text]) => Math.max(most, text.length), 0),
  )
  return lines.map(([text, source]) => `${text.padEnd(width)}  // ${source}\n`).join('')
}

/** What `tandem check FILE` prints: the configuration and what is to be said about it, or every problem. */
export const printCheck = (result: Result<Loaded, Problem[]>): string => {
  if (!result.ok) {
    const count = result.error.filter(({ warning }) => !warning).length
    return `${result.error.map((problem) => `${printProblem(problem)}\n`).join('')}${count} ${count === 1 ? 'problem' : 'problems'}\n`
  }
  const { warnings, notices } = result.value
  const said = [
    ...warnings.map((line) => `warning: ${line}\n`),
    ...notices.map((line) => `notice: ${line}\n`),
  ]
  return `${printConfiguration(result.value)}${said.length > 0 ? `\n${said.join('')}` : ''}\nno problem found\n`
}
