import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { peer } from '../support/peers.ts'
import { run } from '../support/program.ts'
import { blind, startCapture } from '../support/tshark.ts'
import { until } from '../support/wait.ts'
import { aWebEngine, CALLEE_AT, CALLER_AT, given } from '../support/web-engine.ts'
import { aWebPeer } from '../support/web-peer.ts'
import { PCMU } from '../support/web-peer-sdp.ts'

const { media } = await aWebEngine({ native: true })
after(() => media.close())

const FIELDS = [
  ...['frame.number', 'frame.protocols', 'udp.srcport', 'stun.type', 'stun.att.crc32.status'],
  ...['dtls.handshake.type', '_ws.expert.severity', '_ws.expert.message'],
]
const WARNING = 0x600000

type Row = Record<(typeof FIELDS)[number], string>

const read = async (file: string): Promise<Row[]> => {
  const { stdout } = await run(peer('tshark').path, [
    ...[
      '-r',
      file,
      '-n',
      '--enable-heuristic',
      'rtp_udp',
      '-T',
      'fields',
      '-E',
      'separator=/t',
      '-E',
      'aggregator=|',
    ],
    ...FIELDS.flatMap((field) => ['-e', field]),
  ])
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => Object.fromEntries(line.split('\t').map((cell, i) => [FIELDS[i], cell])) as Row)
}

/** Both DTLS roles of the engine in one call: it is client towards who offers, and server towards who answers. */
test('tshark reads STUN, DTLS and SRTP of a call, and finds nothing wrong', { skip: blind }, async () => {
  const [alice, bob] = [await aWebPeer({ audio: PCMU }), await aWebPeer({ audio: PCMU })]
  const capture = await startCapture(`udp and (port ${alice.port} or port ${bob.port})`)
  const options = { ...CALLER_AT, ...CALLEE_AT, callerWeb: 'a', calleeWeb: 'b' }
  const offered = given(await media.offer('call', 'caller', alice.offer(), options))
  alice.accept(given(await media.answer('call', 'callee', bob.answer(offered), { web: 'b' })))
  await Promise.all([alice.connected, bob.connected])
  const timer = setInterval(() => alice.send('audio', new Uint8Array(160)), 20)
  await until('packets arrive', () => bob.heard.audio.packets > 10)
  clearInterval(timer)
  alice.close()
  bob.close()
  const rows = await read((await capture.file()) as string)
  const faults = rows.filter((row) =>
    String(row['_ws.expert.severity'])
      .split('|')
      .some((severity) => Number(severity) >= WARNING),
  )
  assert.deepEqual(faults, [])
  const all = (name: string): string[] => rows.map((row) => row[name] ?? '').filter((cell) => cell !== '')
  assert.deepEqual(new Set(all('stun.type')), new Set(['0x0001', '0x0101']))
  assert.deepEqual(new Set(all('stun.att.crc32.status')), new Set(['1']))
  // A hello, the server's flight, the client's; the rest is sealed. Any of them may have been repeated.
  assert.deepEqual(new Set(all('dtls.handshake.type')), new Set(['1', '2|11|12|13|14', '11|16|15']))
  assert.ok(rows.filter((row) => row['frame.protocols']?.endsWith(':rtp')).length >= 20)
})
