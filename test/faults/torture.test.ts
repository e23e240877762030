import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { freshAddress } from '../support/loopback.ts'
import { aStranger, aStream, headerOf, statusOf } from '../support/raw-sip.ts'
import { md5User, startTandem, type Tandem } from '../support/tandem.ts'
import { createWitness, type Witness } from '../support/vitals.ts'
import { sleep, until } from '../support/wait.ts'

type Entry = {
  name: string
  file: string
  kind: 'request' | 'response'
  via_transport: string
  acceptable_status: string[]
}

const folder = new URL('../fixtures/sip/', import.meta.url)
const { messages } = JSON.parse(readFileSync(new URL('manifest.json', folder), 'utf8')) as {
  messages: Entry[]
}
const octetsOf = ({ file }: Entry): Buffer => readFileSync(new URL(file, folder))

/** An answer goes to the sender's address and to the port of the topmost Via, RFC 3261 §18.2.2. */
const portOf = (octets: Buffer): number => {
  const via = headerOf(octets.toString('latin1').replace(/\r\n[ \t]+/g, ' '), '(?:Via|v)') ?? ''
  return Number(via.match(/UDP\s+(?:\[[^\]]*\]|[^\s:;]+)\s*:\s*(\d+)/)?.[1] ?? 5060)
}

/** Long enough for an answer that comes, short enough to wait for one that does not. */
const SILENCE_MS = 300

const isAllowed = ({ acceptable_status: allowed, kind }: Entry, status: number): boolean => {
  if (status === 0) return allowed.includes('none') || (kind === 'response' && allowed.includes('*'))
  // `*` is whatever normal processing gives: to call a good message bad is not among it.
  return allowed.includes(String(status)) || (allowed.includes('*') && status !== 400)
}

describe('messages of RFC 4475 and RFC 5118, sent to a running house', () => {
  let house: Tandem
  let witness: Witness
  before(async () => {
    house = await startTandem({ config: { ue_db: [md5User('alice', 'wonder')] } })
    witness = await createWitness(house)
  })
  after(async () => {
    witness?.close()
    await house?.stop()
  })

  /** Each from a place of its own, so that what follows on one does not count for another. */
  const overUdp = async (entry: Entry): Promise<number> => {
    const octets = octetsOf(entry)
    // Somebody who listens on every address may have the usual port for a moment.
    const place = portOf(octets)
    const stranger = await until(`port ${place}`, () => aStranger(house, freshAddress(), place))
    const finals: number[] = []
    stranger.onMessage = (text) => void (statusOf(text) >= 200 && finals.push(statusOf(text)))
    stranger.send(octets)
    const silent = isAllowed(entry, 0)
    const end = performance.now() + (silent ? SILENCE_MS : 15_000)
    while (finals.length === 0 && performance.now() < end) await sleep(10)
    stranger.close()
    return finals[0] ?? 0
  }

  const overStream = async (entry: Entry, tls: boolean): Promise<number> => {
    const stream = await aStream(tls ? house.ports.tls : house.ports.sip, { from: freshAddress(), tls })
    stream.socket.write(octetsOf(entry))
    const final = () => stream.text.match(/^SIP\/2\.0 [2-6]\d\d/m)?.[0]
    await until(`an answer to ${entry.name}`, () => final() ?? stream.closed, { everyMs: 10 })
    stream.socket.destroy()
    return statusOf(final() ?? '')
  }

  const normal = async (): Promise<void> => {
    await witness.finds()
    await witness.register('alice', 'wonder')
  }

  for (const entry of messages)
    test(`${entry.name} over UDP`, async () => {
      const status = await overUdp(entry)
      assert.ok(isAllowed(entry, status), `${status || 'silence'}, allowed: ${entry.acceptable_status}`)
      await normal()
    })

  for (const entry of messages.filter((one) => one.via_transport !== 'UDP'))
    test(`${entry.name} over ${entry.via_transport}`, async () => {
      const status = await overStream(entry, entry.via_transport === 'TLS')
      assert.ok(isAllowed(entry, status), `${status || 'silence'}, allowed: ${entry.acceptable_status}`)
      await normal()
    })
})
