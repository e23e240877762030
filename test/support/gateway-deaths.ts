import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'

const scribe = fileURLToPath(new URL('./gateway-scribe.ts', import.meta.url))

/** Runs the scribe until it has said so many lines, kills it without warning, gives what it said. */
const killed = (file: string, round: number, lines: number): Promise<string[][]> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [scribe, file, String(round)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let text = ''
    let count = 0
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      count += chunk.split('\n').length - 1
      if (count > lines) child.kill('SIGKILL')
    })
    child.on('close', (code, signal) => {
      if (signal !== 'SIGKILL') return reject(new Error(`the scribe ended by itself: ${code}`))
      const said = text.slice(0, text.lastIndexOf('\n')).split('\n')
      resolve(said.map((line) => line.split(' ')))
    })
  })

/**
 * Texts, reports and kill -9 again and again, each life ending after so many `lines`: no text is lost, none is handed to
 * a card twice, and what was acknowledged is told.
 */
export const throughDeaths = async (
  file: string,
  rounds: number,
  lines: (round: number) => number,
): Promise<void> => {
  const [accepted, received] = [new Map<string, string>(), new Map<string, string>()]
  const [handed, reported] = [new Set<string>(), new Set<string>()]
  let counted = 0
  for (let round = 1; round <= rounds; round++)
    for (const [what = '', first = '', second = ''] of await killed(file, round, lines(round))) {
      if (what === 'accepted') accepted.set(first, second)
      if (what === 'received') {
        assert.ok((received.get(first) ?? second) === second, 'a repeat is the same text')
        received.set(first, second)
      }
      if (what === 'sent') counted = Number(second || first)
      // What the last life acknowledged is told by the next one.
      if (what === 'reported' && round < rounds) reported.add(first)
      if (what !== 'handed') continue
      assert.ok(!handed.has(first), `${first} was handed over twice`)
      handed.add(first)
    }
  const database = new DatabaseSync(file, { readOnly: true })
  const rows = database.prepare('select id, content, state from messages').all()
  database.close()
  const byId = new Map(rows.map((row) => [row.id as string, row]))
  assert.ok(
    accepted.size > 300 && handed.size > 200 && received.size > 20,
    `${accepted.size}, ${handed.size}`,
  )
  for (const [number, id] of [...accepted, ...received])
    assert.equal(byId.get(id)?.content, number, `${number} is lost`)
  for (const { id, state } of rows)
    if (state === 'queued') assert.ok(!handed.has(id as string), 'what a card had is never queued again')
  const told = [...reported].filter((id) => byId.get(id)?.state === 'delivered').length
  // A report that is parked when the process dies finds its text `unknown`: nobody knows its reference then.
  const unknown = [...reported].filter((id) =>
    ['unknown', 'submitting'].includes(byId.get(id)?.state as string),
  )
  assert.equal(told + unknown.length, reported.size)
  assert.ok(counted > 100, `cards have counted ${counted} after all deaths`)
}
