import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import type { Sound } from '#core'
import { silentLog } from '#lib/log'
import { createTimers } from '#lib/timers'
import { createSoundFiles, type OpenedStore, openStore } from '../index.ts'

const folder = mkdtempSync(join(tmpdir(), 'tandem-sounds-'))
after(() => rmSync(folder, { recursive: true }))

const open = async (name: string): Promise<OpenedStore> => {
  const opened = await openStore({ file: join(folder, name), log: silentLog, timers: createTimers() })
  if (!opened.ok) throw new Error(opened.error.text)
  return opened.value
}

const aSound = (id: string, more: Partial<Sound> = {}): Sound => ({
  ...{
    kind: 'mailbox',
    id,
    impi: 'bob@x',
    call: 'c1',
    with: 'sip:alice@x',
    name: 'Alice Ä',
    atMs: 10,
    ms: 900,
  },
  ...{ path: `2026-01/${id}.wav`, type: 'audio/wav', heard: false, urgent: false },
  ...more,
})

describe('what is said and kept', () => {
  test('is there after a restart as it was, and counted by its owners', async () => {
    let store = await open('sounds.db')
    await store.sounds.put(aSound('m1'))
    await Promise.all([
      store.sounds.put(aSound('m2', { atMs: 20 })),
      store.sounds.put(aSound('m3', { atMs: 20 })),
    ])
    await store.sounds.put(aSound('m2', { atMs: 20, heard: true }))
    await store.sounds.put(aSound('m4', { impi: 'eve@x', urgent: true }))
    await store.sounds.put(aSound('r1', { kind: 'recording', voice: 'other' }))
    await store.sounds.put(aSound('gone'))
    await store.sounds.remove('gone')
    await store.close()
    store = await open('sounds.db')
    assert.deepEqual(await store.sounds.get('m1'), aSound('m1'))
    assert.equal((await store.sounds.get('r1'))?.voice, 'other')
    assert.equal(await store.sounds.get('gone'), undefined)
    assert.deepEqual(
      [...(await store.sounds.counts())],
      [
        ['bob@x', { new: 2, old: 1, newUrgent: 0, oldUrgent: 0 }],
        ['eve@x', { new: 0, old: 0, newUrgent: 1, oldUrgent: 0 }],
      ],
    )
    await store.close()
  })

  test('comes newest first, page by page, each kind by itself, and the old is found', async () => {
    const store = await open('pages.db')
    for (const [at, id] of ['a', 'b', 'c', 'd'].entries())
      await store.sounds.put(aSound(id, { atMs: Math.floor(at / 2) }))
    await store.sounds.put(aSound('r', { kind: 'recording' }))
    const ids = (list: Sound[]): string => list.map(({ id }) => id).join('')
    const first = await store.sounds.list({ kind: 'mailbox', impi: 'bob@x', limit: 3 })
    assert.equal(ids(first), 'dcb')
    const before = first.at(-1) as Sound
    assert.equal(ids(await store.sounds.list({ kind: 'mailbox', impi: 'bob@x', limit: 9, before })), 'a')
    assert.equal(ids(await store.sounds.list({ kind: 'mailbox', impi: 'eve@x', limit: 9 })), '')
    assert.deepEqual(ids(await store.sounds.olderThan('mailbox', 1, 9)).length, 2)
    await store.close()
  })

  test('stands with its call, as what that came from and led to', async () => {
    const store = await open('links.db')
    const record = {
      ...{
        id: 'c1',
        caller: 'a',
        callee: 'b',
        dialled: 'b',
        kind: 'call' as const,
        video: false,
        startedAtMs: 1,
      },
      callIds: [],
    }
    store.saveCall(record)
    const more = {
      transferredTo: 'c2',
      transferredFrom: 'c0',
      mailbox: 'm1',
      recordings: ['r1'],
      ownMailbox: true,
    }
    store.saveCall({ ...record, id: 'c2', startedAtMs: 2, ...more })
    const [second, first] = await store.listCalls({ limit: 5 })
    assert.deepEqual([first, second], [record, { ...record, id: 'c2', startedAtMs: 2, ...more }])
    await store.close()
  })

  test('lies in files that nobody else may read, on disk before it is told of', async () => {
    const files = createSoundFiles(join(folder, 'recordings'))
    const path = await files.pathOf('2026-01/x.wav')
    assert.equal(await files.settle('2026-01/x.wav'), undefined)
    writeFileSync(path, 'RIFF')
    assert.equal(await files.settle('2026-01/x.wav'), 4)
    await files.write('greetings/g.wav', Buffer.from('once'))
    await files.write('greetings/g.wav', Buffer.from('again'))
    assert.equal(readFileSync(await files.pathOf('greetings/g.wav'), 'utf8'), 'again')
    assert.equal(statSync(await files.pathOf('greetings/g.wav')).mode & 0o777, 0o600)
    assert.equal(statSync(join(folder, 'recordings/2026-01')).mode & 0o777, 0o700)
    await files.remove('greetings/g.wav')
    await files.remove('greetings/g.wav')
    assert.equal(await files.has('greetings/g.wav'), false)
  })
})
