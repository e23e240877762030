import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { silentLog } from '#lib/log'
import { until } from '../../../test/support/wait.ts'
import type { EmbeddedMedia } from '../engine.ts'
import { bdecode, bencode } from './bencode.ts'
import { createRtpengineMedia } from './engine.ts'

/** Agrees to everything, and answers each question when `mayAnswer` is resolved. */
const aServer = async (t: TestContext) => {
  const socket = createSocket('udp4')
  t.after(() => socket.close())
  await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done))
  const server = {
    ...{ asked: [] as string[], mayAnswer: Promise.resolve() },
    at: { address: '127.0.0.1', port: (socket.address() as AddressInfo).port },
  }
  const cookies = new Set<string>()
  socket.on('message', (octets, from) => {
    const [cookie = ''] = octets.toString('latin1').split(' ')
    const read = bdecode(octets.toString('latin1').slice(cookie.length + 1))
    const asked = read.ok && typeof read.value === 'object' && !Array.isArray(read.value) ? read.value : {}
    if (!cookies.has(cookie)) server.asked.push(`${asked.command}`)
    cookies.add(cookie)
    const reply = Buffer.from(`${cookie} ${bencode({ result: 'ok', sdp: 'v=0\r\n' })}`)
    void server.mayAnswer.then(() => socket.send(reply, from.port, from.address))
  })
  return server
}

const aTalk = async (t: TestContext) => {
  const server = await aServer(t)
  const embedded = { close: async () => {}, figures: () => ({}) } as unknown as EmbeddedMedia
  const events = { onSilent: () => {}, onDtmf: () => {} }
  const media = createRtpengineMedia({ servers: [server.at], embedded, events, log: silentLog })
  t.after(() => media.close())
  assert.ok((await media.offer('a', 'caller', 'v=0\r\n', { callerWeb: 'w' })).ok)
  assert.ok((await media.answer('a', 'callee', 'v=0\r\n')).ok)
  server.asked.splice(0)
  return { server, media }
}

test('a call that ends while it is asked about is not asked about again: an offer would make it anew', async (t) => {
  const { server, media } = await aTalk(t)
  const { promise, resolve } = Promise.withResolvers<void>()
  server.mayAnswer = promise
  const refreshed = [media.refresh('w', 'v=0\r\n'), media.refresh('w', 'v=0\r\n')]
  const offered = media.offer('a', 'callee', 'v=0\r\n')
  await until('the first question', () => server.asked.length > 0, { everyMs: 5 })
  media.close('a')
  resolve()
  const gone = { ok: false, error: 'bad-request' }
  assert.deepEqual([(await Promise.all(refreshed))[1], await offered], [gone, gone])
  await until('its end', () => server.asked.includes('delete'), { everyMs: 5 })
  assert.deepEqual(server.asked, ['offer', 'answer', 'delete'])
})

test('what ends with the house is told before its sockets close', async (t) => {
  const { server, media } = await aTalk(t)
  media.close('a')
  await media.close()
  await until('its end', () => server.asked.length > 0, { everyMs: 5 })
  assert.deepEqual(server.asked, ['delete'])
})
