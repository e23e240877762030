import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { decodeWav, encodeWav, toneSamples } from '../../../test/support/tone.ts'
import { ALAW, expand, toUlaw, ULAW } from '../g711.ts'
import { G722 } from './g722.ts'
import { createOggOpus, OPUS_SILENCE, oggCrc, opusSamples } from './ogg.ts'
import { createOpusFile } from './opus-file.ts'
import { readBatch, Tap } from './tap.ts'
import { Timeline } from './timeline.ts'
import { createWavFile, readUlaw } from './wav.ts'

const folder = mkdtempSync(join(tmpdir(), 'tandem-files-'))
after(() => rmSync(folder, { recursive: true }))

describe('G.711', () => {
  test('every octet of PCMU comes back from its sample', () => {
    for (let octet = 0; octet < 256; octet++)
      // 7f is the second zero.
      if (octet !== 0x7f) assert.equal(toUlaw(ULAW[octet] as number), octet)
  })
  test('known points of both laws, G.711 tables 1 and 2', () => {
    assert.deepEqual([ULAW[0x80], ULAW[0x00], ULAW[0xff]], [32_124, -32_124, 0])
    assert.deepEqual([ALAW[0xd5], ALAW[0x55], ALAW[0xaa]], [8, -8, 32_256])
    assert.deepEqual([...expand(Uint8Array.of(0x80, 0xff), ULAW)], [32_124, 0])
  })
})

describe('a timeline', () => {
  const samples = (value: number) => new Int16Array(160).fill(value)
  test('puts what both say next to each other, by timestamps where they hold', () => {
    const line = new Timeline(2)
    line.put(0, 7, 1000, 0, samples(1))
    // Late, and out of order: still where they belong.
    line.put(0, 7, 1320, 95, samples(3))
    line.put(0, 7, 1160, 99, samples(2))
    line.put(1, 8, 0, 40, samples(9))
    const taken = line.take(100)
    assert.equal(taken.length, 1600)
    const at = (ms: number, channel: number) => taken[ms * 8 * 2 + channel]
    assert.deepEqual([at(0, 0), at(20, 0), at(40, 0), at(60, 0)], [1, 2, 3, 0])
    assert.deepEqual([at(39, 1), at(40, 1), at(59, 1), at(60, 1)], [0, 9, 9, 0])
    assert.equal(line.take(50).length, 0, 'what is taken is final')
  })
  test('begins anew after a leap, with another source, and after hours', () => {
    const line = new Timeline(1)
    line.put(0, 7, 0, 0, samples(1))
    line.put(0, 7, 3_000_000, 100, samples(2))
    line.put(0, 9, 5, 200, samples(3))
    const taken = line.take(300)
    assert.deepEqual([taken[0], taken[800], taken[1600]], [1, 2, 3])
    assert.equal(line.take(3_600_000).length, 32_000, 'no more at once than the window holds')
    line.put(0, 9, 5, 0, samples(5))
    assert.ok(
      line.take(10_000).every((sample) => sample === 0),
      'what comes for the past is dropped',
    )
  })
})

describe('files', () => {
  test('a WAV is true once it is finished, and can be cut', async () => {
    const path = join(folder, 'a.wav')
    const wav = createWavFile(path, 1)
    await wav.append(toneSamples(440, 1))
    assert.equal(await wav.finish(500), 500)
    assert.ok(readFileSync(path).equals(encodeWav(toneSamples(440, 0.5))))
    assert.equal(decodeWav(readFileSync(path)).length, 4000)
    assert.equal((await readUlaw(path))?.length, 4000)
  })
  test('one that cannot be opened says so', async () => {
    const wav = createWavFile(join(folder, 'nowhere', 'a.wav'), 2)
    await assert.rejects(wav.append(new Int16Array(2)))
    await assert.rejects(wav.finish())
  })
  test('what is no WAV is not played', async () => {
    assert.equal(await readUlaw(join(folder, 'none.wav')), undefined)
    for (let length = 0; length < 300; length++) {
      const octets = Uint8Array.from({ length }, () => Math.random() * 256)
      octets.set(new TextEncoder().encode('RIFFxxxxWAVE').subarray(0, Math.min(12, length)))
      writeFileSync(join(folder, 'x.wav'), octets)
      await readUlaw(join(folder, 'x.wav'))
    }
  })
  test('Ogg: the checksum of RFC 3533, the head of RFC 7845, the last page says how much there is', async () => {
    const ogg = createOggOpus(0x01020304, 2)
    const [head] = ogg.begin()
    assert.ok(head)
    const said = new DataView(head.buffer).getUint32(22, true)
    new DataView(head.buffer).setUint32(22, 0, true)
    assert.equal(oggCrc(head), said)
    assert.equal(Buffer.from(head).latin1Slice(28, 36), 'OpusHead')
    assert.deepEqual(ogg.put(OPUS_SILENCE, 960), [])
    const [last] = ogg.end()
    assert.equal(last?.[5], 4)
    assert.equal(new DataView((last as Uint8Array).buffer).getBigUint64(6, true), 960n)
  })
  test('how long packets of Opus are, RFC 6716 §3.1', () => {
    assert.deepEqual(
      [[], [0xf8], [0x78, 1], [0xf9, 0], [0xfb, 3], [0x03, 63], [0x18, 0]].map((octets) =>
        opusSamples(Uint8Array.from(octets)),
      ),
      [0, 960, 960, 1920, 2880, 0, 2880],
    )
  })
  test('Opus stands where it was said, with silence between', async () => {
    const file = createOpusFile(join(folder, 'a.ogg'), 1)
    const packet = (last: number) => Uint8Array.of(0xf8, 1, 2, last)
    file.put(7, 960 * 3, 160, packet(2))
    file.put(7, 960 * 2, 170, packet(1))
    file.put(7, 960 * 2, 171, packet(1))
    file.put(7, 0, 171, new Uint8Array(0))
    await file.take(400)
    assert.equal(await file.finish(), 400)
    const text = readFileSync(join(folder, 'a.ogg')).latin1Slice()
    const [first, second] = [text.indexOf('\xf8\x01\x02\x01'), text.indexOf('\xf8\x01\x02\x02')]
    assert.ok(first > 0 && second === first + 4, 'in order')
    assert.equal(text.slice(0, first).split('\xf8\xff\xfe').length - 1, 7)
  })
})

test('G.722 bears whatever comes', () => {
  const decoder = new G722()
  const noise = Uint8Array.from({ length: 8000 }, () => Math.random() * 256)
  assert.equal(decoder.decode(noise).length, 8000)
})

describe('a tap', () => {
  const rtp = (size: number, padding = 0) => {
    const octets = new Uint8Array(12 + size).fill(padding)
    octets[0] = padding > 0 ? 0xa0 : 0x80
    octets[1] = 0x80 | 8
    new DataView(octets.buffer).setUint32(4, 0x01020304)
    new DataView(octets.buffer).setUint32(8, 0xa1a2a3a4)
    return octets
  }
  test('says what came, of whom and when', () => {
    const told: { octets: Uint8Array; last: boolean }[] = []
    let nowMs = 1000
    const inFlight = new Int32Array(1)
    const tap = new Tap(5, 9, {
      ...{ inFlight, nowMs: () => nowMs },
      report: (report) => report.op === 'tapped' && told.push(report),
    })
    nowMs = 1100
    const octets = rtp(164, 4)
    tap.take(octets, 0, 12, octets.length, false)
    tap.take(rtp(0), 0, 12, 12, true)
    tap.pulse(1100)
    assert.equal(told.length, 0)
    tap.tell(true)
    assert.equal(inFlight[0], told[0]?.octets.length)
    const { nowMs: at, packets } = readBatch(told[0]?.octets ?? new Uint8Array(8))
    assert.equal(at, 100)
    assert.deepEqual(
      packets.map(({ payload, ...more }) => ({ ...more, size: payload.length })),
      [{ side: 'callee', type: 8, atMs: 100, timestamp: 0x01020304, ssrc: 0xa1a2a3a4, size: 160 }],
    )
  })
  test('drops what nobody takes', () => {
    let octets = 0
    const inFlight = new Int32Array(1)
    const tap = new Tap(5, 9, {
      ...{ inFlight, nowMs: () => 0 },
      report: (report) => {
        if (report.op === 'tapped') octets += report.octets.length
      },
    })
    const packet = rtp(1000)
    for (let count = 0; count < 40_000; count++) tap.take(packet, 0, 12, packet.length, true)
    assert.ok(octets < 17 * 1024 * 1024, `${octets}`)
  })
})
