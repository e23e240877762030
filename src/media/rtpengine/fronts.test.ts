import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLog } from '#lib/log'
import { ok } from '#lib/result'
import type { EmbeddedMedia } from '../engine.ts'
import { createRegister } from './call.ts'
import { createFronts } from './fronts.ts'
import type { NgPeer } from './ng.ts'

const sdpOf = (who: string, direction = 'sendrecv', media = 1): string =>
  `v=0\r\no=${who} 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n` +
  `m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\na=${direction}\r\n`.repeat(media)
const nameIn = (sdp: unknown): string | undefined => /^o=(\S+)/m.exec(`${sdp}`)?.[1]
const directionIn = (sdp: unknown): string | undefined => /^a=((?:send|recv|in)\w+)\r$/m.exec(`${sdp}`)?.[1]

/** rtpengine says what it is told by a name with a mark; our engine answers and offers as `here`. */
const aHouse = () => {
  const asked: string[] = []
  const heard: string[] = []
  const server = {
    ...{ name: 'one', isAlive: true, own: async () => '192.0.2.7' },
    ask: async (command: string, { sdp, DTLS }: { sdp?: string; DTLS?: string }) => {
      asked.push(`${command} ${nameIn(sdp) ?? ''}`.trim())
      assert.equal(DTLS, undefined)
      return ok({ sdp: `${sdp}`.replace(/^o=(\S+)/m, 'o=$1*') })
    },
  } as unknown as NgPeer
  const embedded = {
    offer: async (_name: string, _side: string, sdp: string, options?: { callerAddress?: string }) => {
      heard.push(`offer ${nameIn(sdp)} ${directionIn(sdp)} ${options?.callerAddress}`)
      return ok(sdpOf('here', directionIn(sdp)))
    },
    answer: async (_name: string, _side: string, sdp: string) => {
      heard.push(`answer ${nameIn(sdp)} ${directionIn(sdp)}`)
      return ok(sdpOf('here', directionIn(sdp)))
    },
    leave: (web: string) => void heard.push(`leave ${web}`),
  } as unknown as EmbeddedMedia
  const register = createRegister([server], silentLog)
  const media = createFronts({ register, embedded, isFixed: (web) => web.startsWith('old') })
  return { media, asked, heard, calls: register.calls }
}
const told = async (work: ReturnType<EmbeddedMedia['offer']>): Promise<string> => {
  const said = await work
  return said.ok ? `${nameIn(said.value)} ${directionIn(said.value)}` : said.error
}

test('rtpengine is asked once for a page, and of its later calls it hears nothing', async () => {
  const { media, asked, heard, calls } = aHouse()
  const web = { callerWeb: 'old.1', calleeListener: 0 }
  assert.equal(await told(media.offer('a', 'caller', sdpOf('page'), web)), 'here sendrecv')
  assert.equal(await told(media.answer('a', 'callee', sdpOf('phone'))), 'here* sendrecv')
  assert.equal(await told(media.offer('a', 'caller', sdpOf('page', 'sendonly'))), 'here sendonly')
  assert.equal(await told(media.answer('a', 'callee', sdpOf('phone', 'recvonly'))), 'here* recvonly')
  assert.equal(await told(media.offer('b', 'caller', sdpOf('page'), web)), 'here sendrecv')
  assert.equal(await told(media.answer('b', 'callee', sdpOf('other'))), 'here* sendrecv')
  assert.deepEqual(asked, ['offer page', 'answer here'])
  assert.deepEqual(heard, [
    'offer page* sendrecv 192.0.2.7',
    'answer phone sendrecv',
    'offer page* sendonly undefined',
    'answer phone recvonly',
    'offer page* sendrecv 192.0.2.7',
    'answer other sendrecv',
  ])
  media.leave('old.1')
  assert.equal(calls.size, 0)
  assert.equal(await new Promise((done) => setImmediate(() => done(asked.at(-1)))), 'delete')
})

test('who is rung hears a group of its only medium, and of several phones the one that answers is meant', async () => {
  const { media, asked, heard } = aHouse()
  const ring = { callerListener: 0 }
  const first = await media.offer('a', 'caller', sdpOf('phone'), { ...ring, calleeWeb: 'old.1' })
  assert.ok(first.ok && first.value.includes('a=group:BUNDLE 0\r\nm=audio'))
  await media.offer('a', 'caller', sdpOf('phone'), { ...ring, calleeListener: 0 })
  await media.answer('a', 'callee', sdpOf('desk'))
  await media.answer('a', 'callee', sdpOf('page'), { web: 'old.1' })
  assert.deepEqual(asked, ['offer here', 'answer page'])
  assert.deepEqual(heard.slice(2), ['answer desk sendrecv', 'answer page* sendrecv'])
})

test('pages with pictures, and new ones, meet our engine itself', async () => {
  const { media, asked, heard } = aHouse()
  await media.offer('a', 'caller', sdpOf('pictures', 'sendrecv', 2), { callerWeb: 'old.1' })
  await media.offer('b', 'caller', sdpOf('fresh'), { callerWeb: 'new.1' })
  assert.deepEqual(asked, [])
  assert.deepEqual(heard, ['offer pictures sendrecv undefined', 'offer fresh sendrecv undefined'])
})

test('a page that is rung with pictures is told the address by which it reaches us', async () => {
  const { media, heard } = aHouse()
  const addresses = { callerAddress: '2001:db8::1', calleeAddress: '2001:db8::2' }
  await media.offer('a', 'callee', sdpOf('pictures', 'sendrecv', 2), { ...addresses, callerWeb: 'old.1' })
  await media.offer('b', 'callee', sdpOf('sound'), { ...addresses, callerWeb: 'old.2' })
  assert.deepEqual(heard, ['offer pictures sendrecv 2001:db8::1', 'offer sound sendrecv 192.0.2.7'])
})

test('a page that leaves while rtpengine is asked comes to nothing', async () => {
  const { media, asked, heard, calls } = aHouse()
  const offered = media.offer('a', 'caller', sdpOf('page'), { callerWeb: 'old.1' })
  await Promise.resolve()
  media.leave('old.1')
  assert.equal((await offered).ok, false)
  assert.deepEqual(asked, ['offer page', 'delete'])
  assert.deepEqual(heard, ['leave old.1'])
  assert.equal(calls.size, 0)
})
