import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { silentLog } from '#lib/log'
import { createClerk } from './clerk.ts'
import type { Types } from './formats.ts'
import { BATCH_HEAD, PACKET_HEAD } from './tap.ts'

const folder = mkdtempSync(join(tmpdir(), 'tandem-clerk-'))
after(() => rmSync(folder, { recursive: true }))

const types: Types = { caller: new Map([[0, 'pcmu']]), callee: new Map([[9, 'g722']]) }

/** What a tap tells of one second, in which only the caller speaks. */
const second = (from: number): Uint8Array => {
  const out = new Uint8Array(BATCH_HEAD + 50 * (PACKET_HEAD + 160))
  const view = new DataView(out.buffer)
  view.setFloat64(0, from + 1000, true)
  for (let at = BATCH_HEAD, ms = from; at < out.length; at += PACKET_HEAD + 160, ms += 20) {
    view.setUint16(at + 2, 160, true)
    view.setUint32(at + 4, ms, true)
    view.setUint32(at + 8, ms * 8, true)
    out.fill(0x20, at + PACKET_HEAD, at + PACKET_HEAD + 160)
  }
  return out
}

const lengthIn = (path: string): number => {
  try {
    return readFileSync(path).readUInt32LE(40)
  } catch {
    return 0
  }
}

describe('files of sounds', () => {
  test('are made while this thread does nothing at all', async () => {
    const clerk = createClerk(silentLog)
    assert.equal(await clerk.read(join(folder, 'none.wav')), undefined)
    const sink = clerk.recording(folder, 'a', 1)
    for (let at = 0; at < 60; at++) void sink.put(second(at * 1000), types)
    const files = sink.finish()
    // Neither timers nor answers get in here: only another thread can have written it.
    const [path, still] = [join(folder, 'a.wav'), new Int32Array(new SharedArrayBuffer(4))]
    for (let tries = 0; lengthIn(path) === 0 && tries < 1000; tries++) Atomics.wait(still, 0, 0, 10)
    assert.equal(lengthIn(path), 60 * 8000 * 2 * 2)
    assert.deepEqual(await files, [{ path, type: 'audio/wav', ms: 60_000 }])
    await clerk.end()
  })

  test('of one side: how long it is, and how long it has been quiet; played by the law of PCMU', async () => {
    const clerk = createClerk(silentLog)
    const path = join(folder, 'b.wav')
    const message = clerk.message(path, 'caller')
    assert.deepEqual(await message.put(second(0), types), { nowMs: 1000, quietMs: 0 })
    const silent = second(4000).slice(0, BATCH_HEAD)
    assert.deepEqual(await message.put(silent, types), { nowMs: 5000, quietMs: 4000 })
    assert.equal(await message.finish(), 1500)
    const played = await clerk.read(path)
    assert.deepEqual([played?.length, played?.[0], played?.[11_000]], [12_000, 0x20, 0xff])
    await clerk.end()
  })

  test('have their thread before the first of them, where that is wished', async () => {
    const { promise, resolve } = Promise.withResolvers<string>()
    const log = { on: () => true, write: (...[, , text]: [string, string, string]) => resolve(text) }
    const clerk = createClerk(log, new URL('data:text/javascript,process.exit(1)'))
    clerk.start()
    // An idle thread does not keep the process.
    const held = setInterval(() => {}, 1000)
    assert.match(await promise, /the thread of recordings ended/)
    clearInterval(held)
    await clerk.end()
  })

  test('whose thread ends are lost with a word, and nobody waits for them', async () => {
    const lines: string[] = []
    const log = { on: () => true, write: (...[, , text]: [string, string, string]) => void lines.push(text) }
    const clerk = createClerk(log, new URL('data:text/javascript,process.exit(1)'))
    const sink = clerk.recording(folder, 'c', 1)
    await assert.rejects(sink.put(second(0), types), /its thread ended/)
    assert.match(lines.join(), /the thread of recordings ended/)
    await clerk.end()
    await assert.rejects(sink.finish(), /closing/)
  })

  test('of a thread before this one are not taken for others', async () => {
    const clerk = createClerk(silentLog)
    const sink = clerk.recording(join(folder, 'nowhere'), 'd', 1)
    await assert.rejects(
      sink.put(second(0), types).then(() => sink.finish()),
      /ENOENT/,
    )
    await assert.rejects(sink.finish(), /lost/)
    await clerk.end()
  })
})
