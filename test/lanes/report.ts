import { appendFileSync } from 'node:fs'
import type { TestEvent } from 'node:test/reporters'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'

/** What became of one test, or what it had to say. */
export type Finding = {
  /** `cancelled`: did not run to its end since what it stands in, or the file, was over. */
  kind: 'begun' | 'passed' | 'failed' | 'cancelled' | 'skipped' | 'note'
  /** The test with the suites it stands in, outermost first. */
  name: string
  /** `path:line`. */
  place: string
  /** Of a failure: the error. Of a skipped test: the reason. Of a note: its words. */
  words: string
}

/** Whether it is what became of a test. */
export const isResult = ({ kind }: Finding): boolean => kind !== 'begun' && kind !== 'note'

/** Counts at the end of a file, which the lane makes itself. */
const COUNTS = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/

type Error = { failureType?: string; cause?: unknown }

const wordsOf = (error: Error): string => {
  const { cause = error } = error
  return typeof cause === 'string' ? cause : inspect(cause, { depth: 6 })
}

/** What the events have in common that matter here, by the manual of node:test. */
type Data = {
  name: string
  message: string
  file?: string
  line?: number
  testId?: number
  parentId?: number
  type?: string
  skip?: string | boolean
  todo?: string | boolean
  details: { passed: boolean; error?: Error }
}
type Known = { name: string; suite: boolean }

const findings = (known: Map<number, Known>, type: TestEvent['type'], data: Data): Finding[] => {
  const place = data.file ? `${data.file}:${data.line ?? 1}` : ''
  if (type === 'test:diagnostic')
    return COUNTS.test(data.message) ? [] : [{ kind: 'note', name: '', place, words: data.message }]
  if (type !== 'test:enqueue' && type !== 'test:dequeue' && type !== 'test:complete') return []
  const { testId = 0, parentId = 0 } = data
  if (type === 'test:enqueue') {
    const above = known.get(parentId)
    const name = above ? `${above.name} › ${data.name}` : data.name
    known.set(testId, { name, suite: data.type === 'suite' })
    return []
  }
  const { name, suite } = known.get(testId) ?? { name: data.name, suite: false }
  const found = (kind: Finding['kind'], words = ''): Finding[] => [{ kind, name, place, words }]
  if (type === 'test:dequeue') return suite ? [] : found('begun')
  const { details, skip, todo } = data
  // A suite whose tests failed is no failure of its own.
  const isEcho = details.error?.failureType === 'subtestsFailed'
  if (details.error?.failureType === 'cancelledByParent') return suite ? [] : found('cancelled')
  if (!details.passed && todo === undefined && !(suite && isEcho))
    return found('failed', details.error && wordsOf(details.error))
  if (suite) return []
  return skip === undefined ? found('passed') : found('skipped', typeof skip === 'string' ? skip : '')
}

/** A reporter that prints nothing and writes findings, a line of JSON each, to the file that its address names. */
export default async function* report(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const to = fileURLToPath(new URL(import.meta.url).searchParams.get('to') ?? '')
  const known = new Map<number, Known>()
  for await (const event of source)
    for (const finding of findings(known, event.type, event.data as unknown as Data))
      appendFileSync(to, `${JSON.stringify(finding)}\n`)
  yield ''
}
