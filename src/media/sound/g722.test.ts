import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { describe, test } from 'node:test'
import { peer } from '../../../test/support/peers.ts'
import { startRtpengine } from '../../../test/support/rtpengine.ts'
import { heardMs } from '../../../test/support/tone.ts'
import { aTonePhone } from '../../../test/support/tone-phone.ts'
import { until } from '../../../test/support/wait.ts'
import { createNgServer } from '../rtpengine/ng.ts'
import { G722 } from './g722.ts'

describe('G.722', { skip: peer('rtpengine').skip }, () => {
  test('made by rtpengine is understood where recordings are made', async () => {
    const server = await startRtpengine()
    const ng = createNgServer(
      { address: '127.0.0.1', port: server.port },
      { on: () => true, write: () => {} },
    )
    const alice = await aTonePhone('PCMU', 440)
    const ear = createSocket('udp4')
    await new Promise<void>((done) => ear.bind(0, '127.0.0.1', done))
    const heard: number[] = []
    ear.on('message', (octets) => {
      if (octets.length > 12 && ((octets[1] ?? 0) & 127) === 9) heard.push(...octets.subarray(12))
    })
    try {
      const call = { 'call-id': 'g722', 'from-tag': 'a' }
      const codec = { strip: ['all'], transcode: ['G722'] }
      const offered = await ng.ask('offer', { ...call, sdp: alice.description(), codec })
      assert.ok(offered.ok, JSON.stringify(offered))
      const sdp =
        'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n' +
        `m=audio ${ear.address().port} RTP/AVP 9\r\na=rtpmap:9 G722/8000\r\n`
      const answered = await ng.ask('answer', { ...call, 'to-tag': 'b', sdp })
      assert.ok(answered.ok)
      alice.hum(String(answered.value.sdp))
      await until('two seconds of G.722', () => heard.length > 16_000)
      const samples = new G722().decode(Uint8Array.from(heard)).subarray(3200)
      assert.ok(heardMs(samples, 440) >= 1200, `${heardMs(samples, 440)} ms`)
      const loudest = samples.reduce((most, one) => Math.max(most, Math.abs(one)), 0)
      assert.ok(loudest > 5000 && loudest < 12_000, `as loud as it was said: ${loudest}`)
    } finally {
      alice.close()
      ear.close()
      ng.close()
      await server.stop()
    }
  })
})
