import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const folder = mkdtempSync(join(tmpdir(), 'tandem-texts-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const scribe = fileURLToPath(new URL('../../../test/support/message-scribe.ts', import.meta.url))

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

test('texts that were acknowledged before a kill -9 are there after it; none that has ended is handed over again', async () => {
  const file = join(folder, 'texts.db')
  const accepted = new Map<string, string>()
  const ended = new Set<string>()
  for (let round = 1; round <= 5; round++) {
    const handed = new Set<string>()
    for (const [what = '', first = '', second = ''] of await killed(file, round, round * 137)) {
      if (what === 'accepted') accepted.set(first, second)
      if (what === 'ended') ended.add(first)
      if (what !== 'handed') continue
      assert.ok(!ended.has(first), `${first} was handed over after its end`)
      assert.ok(!handed.has(first), `${first} was handed over twice in one life`)
      assert.equal(second, '0', 'a repeat is the same attempt')
      handed.add(first)
    }
  }
  const database = new DatabaseSync(file, { readOnly: true })
  assert.deepEqual({ ...database.prepare('pragma integrity_check').get() }, { integrity_check: 'ok' })
  const rows = database.prepare('select id, content, state, parts from messages order by id').all()
  database.close()
  const byId = new Map(rows.map((row) => [row.id as string, row]))
  assert.ok(accepted.size > 300 && ended.size > 100, `${accepted.size} accepted, ${ended.size} ended`)
  for (const [number, id] of accepted)
    assert.ok(`${byId.get(id)?.content} ${byId.get(id)?.parts}`.includes(number), `${number} is lost`)
  for (const id of ended) assert.equal(byId.get(id)?.state, 'delivered')
  const singles = rows.map(({ content }) => content as string).filter((text) => !text.includes('/'))
  assert.equal(new Set(singles).size, singles.length, 'two rows of one key')
})
