import { relative } from 'node:path'
import type { Result } from './again.ts'
import { type Outcome, root } from './job.ts'
import { type Finding, isResult } from './report.ts'

const placeOf = ({ place }: Finding): string => relative(root, place)
const indent = (text: string): string => text.trimEnd().replace(/^/gm, '      ')
const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`
const ofKind = (findings: Finding[], ...kinds: Finding['kind'][]): Finding[] =>
  findings.filter(({ kind }) => kinds.includes(kind))

/** The tests that began and did not come to an end. */
const unended = (findings: Finding[]): Finding[] => {
  const key = ({ name, place }: Finding): string => `${name} ${place}`
  const ended = new Set(findings.filter(isResult).map(key))
  return ofKind(findings, 'begun').filter((finding) => !ended.has(key(finding)))
}

/** What is said when a process has ended: a line if all is well, and all there is to know if not. */
export const outcomeWords = ({ job, fault, seconds, findings, output }: Outcome): string => {
  const tests = findings.filter(isResult).length
  const lines = [
    `${fault ? '✖' : '✔'} ${job.name} (${tests > 0 ? `${count(tests, 'test')}, ` : ''}${seconds.toFixed(1)} s)`,
    ...ofKind(findings, 'skipped').map(({ name, words }) => `    left out: ${name}${words && `: ${words}`}`),
    ...ofKind(findings, 'note').map(({ words }) => `    ${words}`),
  ]
  if (!fault) return lines.join('\n')
  for (const finding of ofKind(findings, 'failed'))
    lines.push(`    ✖ ${finding.name} (${placeOf(finding)})`, indent(finding.words))
  const cancelled = ofKind(findings, 'cancelled').length
  if (cancelled > 0) lines.push(`    ${count(cancelled, 'test')} did not come to an end because of that`)
  lines.push(`    ${fault}`)
  for (const finding of unended(findings))
    lines.push(`    had not ended: ${finding.name} (${placeOf(finding)})`)
  if (output.trim()) lines.push(indent(output))
  return lines.join('\n')
}

const laneLine = (lane: string, outcomes: Outcome[]): string => {
  const findings = outcomes.flatMap((outcome) => outcome.findings)
  const [failed, skipped] = [
    ofKind(findings, 'failed', 'cancelled').length,
    ofKind(findings, 'skipped').length,
  ]
  const broken = outcomes.filter(({ fault }) => fault).length
  const tests = findings.filter(isResult).length
  return [
    `${lane}: ${outcomes.length} run`,
    ...(tests > 0 ? [`${count(tests, 'test')}, ${failed} failed, ${skipped} left out`] : []),
    ...(broken > 0 ? [`${broken} of them NOT well`] : []),
  ].join(', ')
}

const skippedLines = (outcomes: Outcome[]): string[] => {
  const reasons = new Map<string, Set<string>>()
  for (const { job, findings } of outcomes)
    for (const { words } of ofKind(findings, 'skipped'))
      reasons.set(words, (reasons.get(words) ?? new Set()).add(job.name))
  return [...reasons].map(([words, names]) => `  ${words || 'without a reason'}: ${[...names].join(', ')}`)
}

const failedLines = (outcomes: Outcome[]): string[] =>
  outcomes.flatMap(({ job, fault, findings }) => {
    if (!fault) return []
    const failed = ofKind(findings, 'failed')
    if (failed.length === 0) return [`  ${job.name}: ${fault}`]
    return failed.map((finding) => `  ${placeOf(finding)}: ${finding.name}`)
  })

/** The end of a run: how many, what was left out and why, what passed at the second try only, and every failure by name. */
export const summaryWords = ({ outcomes, unsteady }: Result, seconds: number): string => {
  const lanes = Map.groupBy(outcomes, ({ job }) => job.lane)
  const [skipped, failed] = [skippedLines(outcomes), failedLines(outcomes)]
  return [
    '',
    ...[...lanes].map(([lane, of]) => laneLine(lane, of)),
    ...(skipped.length > 0 ? ['left out:', ...skipped] : []),
    ...(unsteady.length > 0 ? ['UNSTEADY: failed once, and passed alone:', ...failedLines(unsteady)] : []),
    ...(failed.length > 0 ? ['FAILED:', ...failed] : ['all passed']),
    `${seconds.toFixed(0)} s`,
  ].join('\n')
}
