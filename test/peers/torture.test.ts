import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { freshAddress } from '../support/loopback.ts'
import { isFree } from '../support/ports.ts'
import { md5User, startTandem, type Tandem } from '../support/tandem.ts'
import { sleep, until } from '../support/wait.ts'

const folder = join(import.meta.dirname, '../fixtures/sip')

type Entry = {
  name: string
  file: string
  kind: 'request' | 'response'
  via_transport: string
  /** `*`: the answer of normal processing, which is never 400; `none`: no answer. */
  acceptable_status: string[]
}

const { messages } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { messages: Entry[] }

/** Answers go to the port of the top Via, RFC 3261 §18.2.2. */
const portOf = (text: string): number => {
  const via = text.match(
    /^(?:via|v)\s*:\s*SIP\s*\/\s*2\.0\s*\/\s*\w+\s+(?:\[[^\]]*\]|[^\s;,:[\]]+)\s*(?::\s*(\d+))?/im,
  )
  return Number(via?.[1] ?? 5060)
}

const statusesIn = (text: string): number[] =>
  [...text.matchAll(/^SIP\/2\.0 (\d{3}) /gm)].map(([, status]) => Number(status))

/** How long an answer may take; far longer than any is seen to. */
const PATIENCE_MS = 1500

const askUdp = (octets: Uint8Array, viaPort: number, port: number): Promise<number[]> =>
  new Promise((resolve, reject) => {
    const socket = createSocket('udp4')
    const statuses: number[] = []
    socket.on('error', reject)
    socket.on('message', (answer) => statuses.push(...statusesIn(answer.toString('latin1'))))
    socket.bind(viaPort, freshAddress(), () => socket.send(octets, port, '127.0.0.1'))
    setTimeout(() => socket.close(() => resolve(statuses)), PATIENCE_MS)
  })

const askTcp = (octets: Uint8Array, port: number): Promise<number[]> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: freshAddress() })
    let heard = ''
    socket.on('error', () => {})
    socket.on('data', (piece) => {
      heard += piece.toString('latin1')
    })
    socket.end(octets)
    setTimeout(() => {
      socket.destroy()
      resolve(statusesIn(heard))
    }, PATIENCE_MS)
  })

const allowed = (acceptable: string[], status: number | undefined): boolean => {
  if (status === undefined) return acceptable.includes('none')
  return acceptable.includes(String(status)) || (acceptable.includes('*') && status !== 400)
}

const options = (port: number): Promise<number[]> => {
  const text = [
    'OPTIONS sip:tandem.test SIP/2.0',
    'Via: SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bKafterwards;rport',
    'Max-Forwards: 70',
    'From: <sip:alice@tandem.test>;tag=1',
    'To: <sip:tandem.test>',
    'Call-ID: afterwards',
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
    '\r\n',
  ].join('\r\n')
  return askUdp(Buffer.from(text), 5070, port)
}

/** Every message of RFC 4475 and RFC 5118 that we have, over the real sockets, each from a place of its own. */
describe('torture messages', { concurrency: 16 }, () => {
  let house: Tandem
  before(async () => {
    const ue_db = [md5User('alice', 'wonder'), md5User('vivekg', 'wonder')]
    house = await startTandem({ config: { ue_db, security: { exempt: ['127.0.0.0/8'] } } })
  })
  after(async () => {
    await house?.stop()
  })

  /** A program that holds 5060 on every address (a Tandem at work, say) leaves no place to hear the answers. */
  const placeTaken = async (viaPort: number): Promise<string | undefined> => {
    const free = await until('port', () => isFree(freshAddress(), viaPort), { timeoutMs: 5000 }).catch(
      () => false,
    )
    return free ? undefined : `UDP port ${viaPort} is taken on all addresses of this machine`
  }

  for (const { name, file, via_transport, acceptable_status } of messages)
    test(`${name} is answered as the RFC allows: ${acceptable_status.join(', ')}`, async (t) => {
      const octets = readFileSync(join(folder, file))
      const viaPort = portOf(octets.toString('latin1'))
      const taken = via_transport === 'TCP' ? undefined : await placeTaken(viaPort)
      if (taken) return t.skip(taken)
      const statuses =
        via_transport === 'TCP'
          ? await askTcp(octets, house.ports.sip)
          : await askUdp(octets, viaPort, house.ports.sip)
      const final = statuses.find((status) => status >= 200)
      assert.ok(allowed(acceptable_status, final), `answered ${statuses.join(', ') || 'nothing'}`)
    })

  test('and afterwards the house answers as ever', async () => {
    await sleep(PATIENCE_MS * 2)
    assert.deepEqual(await options(house.ports.sip), [200])
    assert.equal((await house.rest<{ status: string }>('/health')).status, 'ok')
    assert.doesNotMatch(house.output(), /Error|exception/i)
  })
})
