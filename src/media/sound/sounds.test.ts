import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, type TestContext, test } from 'node:test'
import type { RecordedFile, SpokenEnd } from '#core'
import { portRange } from '../../../test/support/ports.ts'
import { decodeWav, encodeWav, heardMs, toneSamples } from '../../../test/support/tone.ts'
import { aTonePhone } from '../../../test/support/tone-phone.ts'
import { sleep } from '../../../test/support/wait.ts'
import { createEmbeddedMedia, type EmbeddedMedia } from '../engine.ts'

const folder = mkdtempSync(join(tmpdir(), 'tandem-sounds-'))
const recorded = new Map<string, RecordedFile[]>()
const spoken: [call: string, end: SpokenEnd, ms: number][] = []
const threads: unknown[] = []
let engine: EmbeddedMedia
let atStart = 0

const until = async (what: string, done: () => boolean, most = 1000): Promise<void> => {
  for (let tries = 0; !done(); tries++) {
    assert.ok(tries < most, what)
    await sleep(10)
  }
}

/** A telephone that goes with its test, whatever comes of that; so does the call. */
const aPhone = async (t: TestContext, call: string, ...how: Parameters<typeof aTonePhone>) => {
  const phone = await aTonePhone(...how)
  t.after(() => {
    engine.close(call)
    phone.close()
  })
  return phone
}

before(async () => {
  const { from: portMin, to: portMax } = portRange(200)
  process.on('worker', (thread) => threads.push(thread))
  engine = await createEmbeddedMedia({
    listeners: [{ address: '127.0.0.1', bind: '127.0.0.1', portMin, portMax }],
    log: { on: () => true, write: (_layer, level, text) => level === 'error' && console.error(text) },
    ...{ workers: 2, speaks: true },
    events: {
      onSilent: () => {},
      onDtmf: () => {},
      onRecorded: (call, files) => recorded.set(call, files),
      onSpoken: (call, end, ms) => spoken.push([call, end, ms]),
    },
  })
  await sleep(0)
  atStart = threads.length
  writeFileSync(join(folder, 'beep.wav'), encodeWav(toneSamples(1000, 1.2)))
  writeFileSync(join(folder, 'broken.wav'), 'no sound at all, and long enough to be taken for a head')
  // How long the thread takes to begin is not what these tests are about.
  const phone = await aTonePhone('PCMU', 440)
  try {
    await engine.speak?.('first', 'caller', phone.description(), { play: [join(folder, 'none.wav')] })
    await until('the first file', () => spoken.some(([call]) => call === 'first'), 6000)
  } finally {
    engine.close('first')
    phone.close()
  }
})
after(async () => {
  await engine?.close()
  rmSync(folder, { recursive: true })
})

const channel = (path: string, which: 0 | 1): Int16Array =>
  decodeWav(readFileSync(path)).filter((_, at) => at % 2 === which)

describe('a recording', () => {
  for (const end of ['when told to', 'with its call'] as const)
    test(`holds the caller left and the callee right, and ends ${end}`, async (t) => {
      const [a, b] = await Promise.all([aPhone(t, end, 'PCMU', 440), aPhone(t, end, 'PCMA', 700, 2)])
      const offer = await engine.offer(end, 'caller', a.description())
      const answer = await engine.answer(end, 'callee', b.description())
      assert.ok(offer.ok && answer.ok)
      // Each speaks its own law, which both understand: types stay as they are.
      a.hum(answer.value)
      assert.equal((await engine.record?.(end, folder, `r-${end.length}`))?.ok, true)
      assert.equal((await engine.record?.(end, folder, 'other'))?.ok, false, 'one at a time')
      await sleep(900)
      b.hum(offer.value)
      await sleep(1300)
      if (end === 'when told to') await engine.record?.(end, undefined, '')
      engine.close(end)
      await until('the files', () => recorded.has(end))
      const [file, more] = recorded.get(end) ?? []
      assert.ok(file && !more)
      assert.deepEqual([file.side, file.type], [undefined, 'audio/wav'])
      assert.ok(file.ms > 1900 && file.ms < 3000, `${file.ms} ms`)
      const [left, right] = [channel(file.path, 0), channel(file.path, 1)]
      assert.ok(Math.abs(left.length - file.ms * 8) < 8)
      assert.ok(heardMs(left, 440) >= 1600, 'the caller')
      assert.ok(heardMs(right, 700) >= 800, 'the callee')
      assert.equal(heardMs(right.subarray(0, 5600), 700), 0, 'who began later stands later')
    })

  test('is refused where nothing of it could be kept', async () => {
    const amr =
      'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 96\r\na=rtpmap:96 AMR/8000\r\n'
    await engine.offer('amr', 'caller', amr)
    await engine.answer('amr', 'callee', amr)
    assert.deepEqual(await engine.record?.('amr', folder, 'amr'), {
      ok: false,
      error: 'not-acceptable-media',
    })
    engine.close('amr')
    assert.equal((await engine.record?.('nobody', folder, 'x'))?.ok, false)
  })
})

describe('a script', () => {
  test('is played by a thread that stands from the start', async () => {
    assert.equal(atStart, 3)
  })

  test('plays its files, keeps what is said then, and tells when the caller hangs up', async (t) => {
    const phone = await aPhone(t, 'box', 'PCMA', 440)
    const record = { path: join(folder, 'message.wav'), mostS: 60 }
    const play = [join(folder, 'broken.wav'), join(folder, 'beep.wav')]
    const told = await engine.speak?.('box', 'caller', phone.description(), { play, record })
    assert.ok(told?.ok)
    assert.match(told.value, /m=audio \d+ RTP\/AVP 8 101\r\n/)
    await until('the beep', () => phone.hears(1000))
    await until('the end of it', () => !phone.hears(1000))
    phone.hum(told.value)
    await sleep(1500)
    engine.close('box')
    await until('its end', () => spoken.some(([call]) => call === 'box'))
    const [, end, ms] = spoken.find(([call]) => call === 'box') ?? []
    assert.equal(end, 'closed')
    const samples = decodeWav(readFileSync(record.path))
    assert.ok(Math.abs(samples.length - (ms ?? 0) * 8) < 8)
    assert.ok(heardMs(samples, 440) >= 1000, `${ms} ms, ${heardMs(samples, 440)} of it the tone`)
  })

  test('ends with the key, with the longest time, and is told of being played', async (t) => {
    const phone = await aPhone(t, 'short', 'PCMU', 440)
    const record = { path: join(folder, 'short.wav'), mostS: 1 }
    const told = await engine.speak?.('short', 'caller', phone.description(), { play: [], record })
    assert.ok(told?.ok)
    phone.hum(told.value)
    await until('the limit', () => spoken.some(([call, end]) => call === 'short' && end === 'limit'))
    const again = await engine.speak?.('short', 'caller', phone.description(), {
      play: [join(folder, 'beep.wav')],
    })
    assert.deepEqual(again, told, 'the same description is not negotiated again')
    await until('the beep', () => phone.hears(1000))
    await until('played', () => spoken.some(([call, end]) => call === 'short' && end === 'played'))
    const held = await engine.speak?.('short', 'caller', phone.description('sendonly', 2), undefined)
    assert.match(held?.ok ? held.value : '', /a=recvonly/)
  })

  test('hears a key from a telephone and from a page', async (t) => {
    for (const how of ['phone', 'page']) {
      const phone = await aPhone(t, how, 'PCMU', 440)
      const record = { path: join(folder, `${how}.wav`), mostS: 60 }
      const told = await engine.speak?.(how, 'caller', phone.description(), { play: [], record })
      assert.ok(told?.ok)
      phone.hum(told.value)
      await sleep(600)
      if (how === 'page') engine.dtmf(how, 'callee', '#', 100)
      else phone.press(11)
      await until(how, () => spoken.some(([call, end, ms]) => call === how && end === 'key' && ms > 0))
    }
  })

  test('is refused to who speaks no telephone’s language', async () => {
    const opus =
      'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 96\r\na=rtpmap:96 AMR-WB/16000\r\n'
    assert.deepEqual(await engine.speak?.('wb', 'caller', opus, { play: [] }), {
      ok: false,
      error: 'not-acceptable-media',
    })
    assert.equal(engine.figures().calls, 0, 'those before it are over')
  })
})
