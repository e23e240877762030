import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { silentLog } from '#lib/log'
import { createTimers } from '#lib/timers'
import { openStore } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'tandem-crash-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const scribe = fileURLToPath(new URL('../../test/support/store-scribe.ts', import.meta.url))

/** Runs the scribe until it has confirmed `lines` writes, kills it without warning, gives the last confirmed number of each kind. */
const killed = (file: string, round: number, lines: number): Promise<Map<string, number>> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [scribe, file, String(round)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      if (text.split('\n').length > lines) child.kill('SIGKILL')
    })
    child.on('close', (code, signal) => {
      if (signal !== 'SIGKILL') return reject(new Error(`the scribe ended by itself: ${code}`))
      const confirmed = text
        .slice(0, text.lastIndexOf('\n'))
        .split('\n')
        .map((line) => line.split(' '))
      resolve(new Map(confirmed.map(([kind, number]) => [kind as string, Number(number)])))
    })
  })

test('what was confirmed before a kill -9 is there after it, once', async () => {
  const file = join(folder, 'crash.db')
  for (let round = 1; round <= 4; round++) {
    const confirmed = await killed(file, round, 20 + round * 37)
    const opened = await openStore({ file, log: silentLog, timers: createTimers() })
    assert.ok(opened.ok)
    const store = opened.value
    const sqns = await store.loadSqns()
    assert.ok((confirmed.get('sqn') ?? 0) > 0)
    assert.ok(Number(sqns.get(`user${round}`)) >= (confirmed.get('sqn') ?? 0))
    const flushed = confirmed.get('flush') ?? 0
    assert.ok(flushed > 0)
    const bindings = (await store.loadBindings()).filter((binding) => binding.impi === `user${round}`)
    const known = new Set(bindings.map((binding) => binding.contact))
    for (let n = 1; n <= flushed; n++) assert.ok(known.has(`c${n}`), `binding ${n} of ${flushed}`)
    assert.equal(known.size, bindings.length)
    const calls = await store.listCalls({ limit: 1000, user: `user${round}` })
    const ids = new Set(calls.map((call) => call.id))
    for (let n = 1; n <= flushed; n++) assert.ok(ids.has(`${round}-${n}`), `call ${n} of ${flushed}`)
    assert.equal(ids.size, calls.length)
    assert.equal(await store.closeOpenCalls('restart'), calls.length)
    await store.close()
  }
})
