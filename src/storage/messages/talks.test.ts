import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { MessageRecord } from '#core'
import { silentLog } from '#lib/log'
import { createTimers } from '#lib/timers'
import { openStore } from '../index.ts'

const folder = mkdtempSync(join(tmpdir(), 'tandem-talks-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const idOf = (n: number): string => `m${String(n).padStart(17, '0')}`
const aText = (n: number, more: Partial<MessageRecord>): MessageRecord => ({
  ...{ id: idOf(n), origin: 'rest', from: '1001', to: '+1', queue: 'route:out', pid: 0, attempts: 0 },
  ...{ body: { kind: 'text', text: 'x' }, acceptedAtMs: n, expiresAtMs: n + 9000, state: 'sent' },
  ...{ partsTotal: 1, partsDone: 0, steps: [{ atMs: n, state: 'sent' }] },
  ...more,
})
const [a, b] = [
  { line: 'box1/1', iccid: 'a' },
  { line: 'box1/2', iccid: 'b' },
]

test('cards have talked with whom they texted and who wrote to them: each number once, the newest first', async (t) => {
  const opened = await openStore({ file: join(folder, 'x.db'), log: silentLog, timers: createTimers() })
  assert.ok(opened.ok)
  const { messages, close } = opened.value
  t.after(close)
  const texts = [
    aText(1, { to: '+7', via: a }),
    aText(5, { to: '+8', via: a }),
    aText(6, { to: '+9', from: '+2', via: b }),
    aText(7, { origin: 'gateway', from: '+8', to: '+1', via: b }),
    aText(8, { to: '+6' }),
    aText(9, { to: '+9', from: '+3', via: a }),
  ]
  for (let n = 0; n < 4500; n++) texts.push(aText(100 + n, { to: `+5${n % 2}`, via: b }))
  await Promise.all(texts.map((text) => messages.add(text)))
  const few = [
    { number: '+51', by: '1001', via: b },
    { number: '+50', by: '1001', via: b },
  ]
  const nine = { number: '+9', by: '+3', via: a }
  const eight = { number: '+8', via: b }
  const seven = { number: '+7', by: '1001', via: a }
  const page = (at: number) => ({ talks: few, next: idOf(at) })
  assert.deepEqual(await messages.talks(0, 100_000), page(2600), 'no page is larger')
  assert.deepEqual(await messages.talks(0, 2000, idOf(2600)), page(600))
  const rest = { talks: [...few, nine, eight, seven] }
  assert.deepEqual(await messages.talks(0, 2000, idOf(600)), rest)
  assert.deepEqual(await messages.talks(0, 501, idOf(600)), { talks: [...few, nine], next: idOf(9) })
  assert.deepEqual(await messages.talks(0, 1), { talks: few.slice(0, 1), next: idOf(4599) })
  assert.deepEqual(await messages.talks(5, 2000, idOf(600)), { talks: [...few, nine, eight] })
  assert.deepEqual(await messages.talks(4000, 1000, idOf(4000)), { talks: [] }, 'what is older is not read')
  assert.deepEqual(await messages.talks(0, 9, idOf(1)), { talks: [] })
})
