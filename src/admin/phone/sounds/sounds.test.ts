import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import { createLibrary, createMailbox, printWav, type Sound, type SoundFiles } from '#core'
import { createRandom } from '#lib/random'
import { memorySoundStore } from '../../../../test/support/memory-sounds.ts'
import { openPhoneTown, type PhoneTown } from '../../../../test/support/phone-api.ts'
import { rangeOf } from './audio.ts'

const SETTINGS = { has: () => true, afterS: 20, mostS: 180, most: 9, number: '' }

/** A phone whose sounds lie in a folder. */
const within = async (
  work: (town: PhoneTown, put: (sound: Partial<Sound>) => Promise<void>) => Promise<void>,
) => {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-sounds-'))
  const files: SoundFiles = {
    pathOf: async (name) => join(folder, name),
    settle: async (name) => (await stat(join(folder, name))).size,
    write: async (name, octets) => {
      await mkdir(dirname(join(folder, name)), { recursive: true })
      await writeFile(join(folder, name), octets)
    },
    has: async (name) =>
      stat(join(folder, name)).then(
        () => true,
        () => false,
      ),
    remove: (name) => rm(join(folder, name), { force: true }),
  }
  const store = memorySoundStore()
  const clock = { nowMs: () => 0, wallMs: () => 0 }
  const mailbox = createMailbox({
    ...{ clock, random: createRandom(), store, files, settings: SETTINGS, counts: new Map() },
  })
  const recordings = createLibrary('recording', { store, files })
  const town = await openPhoneTown({ sounds: { recordings, mailbox } })
  const put = async (sound: Partial<Sound>): Promise<void> => {
    const one: Sound = {
      ...{ kind: 'mailbox', id: 'a', impi: '1001', call: 'c', with: 'sip:1002@tandem.test', name: '' },
      ...{ atMs: 5, ms: 1000, path: 'a.wav', type: 'audio/wav', heard: false, urgent: false },
      ...sound,
    }
    await files.write(one.path, new TextEncoder().encode('0123456789'))
    await (one.kind === 'mailbox' ? mailbox : recordings).add(one)
  }
  try {
    await work(town, put)
  } finally {
    await town.close()
    rmSync(folder, { recursive: true })
  }
}

describe('the mailbox', () => {
  test('is listed, played, marked and emptied by its owner alone', () =>
    within(async (town, put) => {
      await put({})
      await put({ id: 'b', atMs: 9, path: 'b.wav', with: '', urgent: true })
      assert.equal((await town.ask('GET', '/phone/api/mailbox')).statusCode, 401)
      await town.login()
      const { messages } = (await town.ask('GET', '/phone/api/mailbox')).json()
      assert.deepEqual(messages, [
        { id: 'b', from: '', name: '', atMs: 9, ms: 1000, heard: false, urgent: true },
        { id: 'a', from: '1002', name: 'Jim & Co', atMs: 5, ms: 1000, heard: false, urgent: false },
      ])
      const audio = await town.ask('GET', '/phone/api/mailbox/a/audio')
      assert.deepEqual([audio.body, audio.headers['content-type']], ['0123456789', 'audio/wav'])
      assert.equal((await town.ask('PATCH', '/phone/api/mailbox/a', { heard: true })).statusCode, 204)
      assert.equal((await town.ask('PATCH', '/phone/api/mailbox/a', { heard: 'yes' })).statusCode, 400)
      assert.equal((await town.ask('GET', '/phone/api/mailbox')).json().messages[1].heard, true)
      await town.login('1002', 'two')
      for (const [method, path, body] of [
        ['GET', '/a/audio', undefined],
        ['PATCH', '/a', { heard: false }],
        ['DELETE', '/a', undefined],
      ] as const)
        assert.equal((await town.ask(method, `/phone/api/mailbox${path}`, body)).statusCode, 404)
      await town.login()
      assert.equal((await town.ask('DELETE', '/phone/api/mailbox/a')).statusCode, 204)
      assert.equal((await town.ask('GET', '/phone/api/mailbox/a/audio')).statusCode, 404)
    }))

  test('is listened to in parts, as players ask for them', () =>
    within(async (town, put) => {
      await put({})
      await town.login()
      const part = (range: string) => town.ask('GET', '/phone/api/mailbox/a/audio', undefined, { range })
      const some = await part('bytes=2-4')
      assert.deepEqual(
        [some.statusCode, some.body, some.headers['content-range']],
        [206, '234', 'bytes 2-4/10'],
      )
      assert.equal((await part('bytes=-3')).body, '789')
      assert.equal((await part('bytes=8-')).body, '89')
      assert.equal((await part('bytes=10-')).statusCode, 416)
      assert.equal((await part('nonsense')).body, '0123456789')
      assert.equal(rangeOf('bytes=5-2', 10), null)
      assert.equal(rangeOf('bytes=-0', 10), null)
      assert.equal(rangeOf('bytes=-', 10), undefined)
    }))

  test('has a greeting of one’s own, if it is a WAV file', () =>
    within(async (town) => {
      const put = (body: unknown, type = 'audio/wav') =>
        town.ask('PUT', '/phone/api/mailbox/greeting', body, { 'content-type': type })
      assert.equal((await put(Buffer.alloc(9))).statusCode, 401)
      await town.login()
      assert.equal((await town.ask('GET', '/phone/api/mailbox/greeting')).statusCode, 404)
      assert.equal((await put(Buffer.from('no wav'))).statusCode, 422)
      assert.equal((await put('{}', 'application/json')).statusCode, 415)
      const wav = Buffer.from(printWav(new Int16Array(800)))
      assert.equal((await put(wav)).statusCode, 204)
      for (let round = 0; round < 2; round++) {
        const many = await Promise.all(Array.from({ length: 9 }, () => put(wav)))
        assert.deepEqual([...new Set(many.map(({ statusCode }) => statusCode))].sort(), [204, 503])
      }
      const kept = await town.ask('GET', '/phone/api/mailbox/greeting')
      assert.equal(kept.rawPayload.subarray(0, 4).toString(), 'RIFF')
      assert.equal((await town.ask('DELETE', '/phone/api/mailbox/greeting')).statusCode, 204)
      assert.equal((await town.ask('GET', '/phone/api/mailbox/greeting')).statusCode, 404)
    }))
})

describe('recordings', () => {
  test('are listed with their calls and stand in the history of who made them', () =>
    within(async (town, put) => {
      await put({ kind: 'recording', id: 'r1', call: 'c1', path: 'r1.ogg', type: 'audio/ogg', voice: 'own' })
      await put({ kind: 'recording', id: 'r2', impi: '1002', call: 'c1', path: 'r2.wav' })
      town.calls.push({
        ...{
          id: 'c1',
          caller: 'sip:1001@tandem.test',
          callee: '',
          dialled: '1002',
          kind: 'call',
          video: false,
        },
        ...{ startedAtMs: 1, callerImpi: '1001', calleeImpi: '1002', callIds: [], recordings: ['r1', 'r2'] },
      })
      await town.login()
      assert.deepEqual((await town.ask('GET', '/phone/api/recordings')).json().recordings, [
        {
          ...{ id: 'r1', with: '1002', name: 'Jim & Co', atMs: 5, ms: 1000, call: 'c1', type: 'audio/ogg' },
          voice: 'own',
        },
      ])
      assert.deepEqual((await town.ask('GET', '/phone/api/history')).json().calls[0].recordings, [
        { id: 'r1', ms: 1000, voice: 'own' },
      ])
      assert.equal(
        (await town.ask('GET', '/phone/api/recordings/r1/audio')).headers['content-type'],
        'audio/ogg',
      )
      assert.equal((await town.ask('GET', '/phone/api/recordings/r2/audio')).statusCode, 404)
      assert.equal((await town.ask('DELETE', '/phone/api/recordings/r1')).statusCode, 204)
    }))
})
