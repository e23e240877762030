import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createTimers } from '#lib/timers'
import { addressOf, encodeRp, encodeSubmit, textParts } from '#sms'
import { freshAddress } from '../support/loopback.ts'
import { type Chance, createChance } from '../support/mutations.ts'
import { aStranger, requestText, type Stranger, statusOf } from '../support/raw-sip.ts'
import { openSocketWire } from '../support/socket-net.ts'
import { DOMAIN, startTandem, type Tandem } from '../support/tandem.ts'
import { createTextPhone } from '../support/text-phone.ts'
import { bugsOf } from '../support/vitals.ts'
import { sleep, until } from '../support/wait.ts'

/** Other damage at every run: FAULTS_SEED=$RANDOM. */
const SEED = Number(process.env.FAULTS_SEED ?? 2)
const ROUNDS = 3000
const AT_ONCE = 20

const handset = (name: string, msisdn: string) => ({
  ...{ impi: `${name}@${DOMAIN}`, impu: [name, `tel:${msisdn}`], authent_type: 'none', msisdn },
})
const config = {
  log_options: 'all.level=info',
  security: { exempt: ['127.0.0.0/8'] },
  ue_db: [handset('ann', '+15550101'), handset('ben', '+15550102')],
}

const centre = addressOf('+15550199')
const submission = (text: string, dcs: number, reference: number): Uint8Array[] => {
  const cut = textParts(text, { dcs, reference })
  assert.ok(cut.ok)
  return cut.value.parts.map((userData, at) =>
    encodeRp({
      ...{ kind: 'data', direction: 'mo', reference: at, destination: centre },
      tpdu: encodeSubmit({
        ...{ kind: 'submit', reference: at, destination: addressOf('+15550102'), pid: 0, dcs: cut.value.dcs },
        ...{ userData, rejectDuplicates: false, reportWanted: true, replyPath: false },
        validity: { kind: 'relative', value: 11 },
      }),
    }),
  )
}
const seeds = [
  ...submission('hello there', 0, 1),
  ...submission('日本 😀', 0, 2),
  ...submission('a longer text '.repeat(40), 0, 3),
  encodeRp({ kind: 'ack', direction: 'mo', reference: 1, tpdu: Uint8Array.of(0, 0) }),
  encodeRp({ kind: 'error', direction: 'mo', reference: 1, cause: 22, tpdu: Uint8Array.of(0, 0xd3, 0) }),
  encodeRp({ kind: 'smma', direction: 'mo', reference: 1 }),
]

/** Lengths that lie, fields that end early, other types and directions, holes in concatenations, noise. */
const damaged = (chance: Chance): Buffer => {
  if (chance.below(8) === 0) return chance.bytes(chance.below(300))
  const octets = Buffer.from(chance.pick(seeds))
  for (let i = 0; i <= chance.below(4); i++) octets[chance.below(octets.length)] = chance.below(256)
  return chance.below(3) === 0 ? octets.subarray(0, chance.below(octets.length + 1)) : octets
}

const messageText = ({ via }: Stranger, from: string, body: Uint8Array, headers: string[] = []): string => {
  const type = 'Content-Type: application/vnd.3gpp.sms'
  const uri = `sip:+15550199@${DOMAIN}`
  const text = requestText({
    method: 'MESSAGE',
    uri,
    from,
    to: '+15550199',
    via,
    headers: [type, ...headers],
  })
  return (
    text.replace(/Content-Length: 0\r\n\r\n$/, `Content-Length: ${body.length}\r\n\r\n`) +
    Buffer.from(body).toString('latin1')
  )
}

describe('SMS over IP that means harm, or is broken', () => {
  let house: Tandem
  before(async () => {
    house = await startTandem({ config })
  })
  after(async () => void (await house?.stop()))

  test(`every one of ${ROUNDS} damaged RPDUs is answered, and the house lives`, async () => {
    const stranger = await aStranger(house, freshAddress())
    // Its answers in RP come back to it as well: taken, so that they are not repeated.
    stranger.onMessage = (text) => {
      if (statusOf(text) !== 0) return
      const kept = text.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq):/i.test(line))
      stranger.send(`SIP/2.0 200 OK\r\n${kept.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`)
    }
    const chance = createChance(SEED)
    const statuses = new Map<number, number>()
    for (let round = 0; round < ROUNDS; round += AT_ONCE) {
      const bodies = Array.from({ length: AT_ONCE }, () => damaged(chance))
      const answers = await Promise.all(
        bodies.map((body) => stranger.ask(messageText(stranger, 'ann', body))),
      )
      answers.forEach((answer, at) => {
        const status = statusOf(answer ?? '')
        assert.ok([202, 400].includes(status), `${status} for ${bodies[at]?.toString('hex')}`)
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
      })
    }
    assert.ok((statuses.get(202) ?? 0) > 0 && (statuses.get(400) ?? 0) > 0)
    stranger.close()
    assert.deepEqual(bugsOf(house), [])
  })

  test('reports that somebody else makes up change nothing', async () => {
    const place = async () => {
      const wire = await openSocketWire(freshAddress())
      const flow = wire.flow({ address: '127.0.0.1', port: house.ports.sip })
      return { wire, flow, timers: createTimers(), settle: () => sleep(100) }
    }
    const ann = createTextPhone(await place(), 'ann', { sms: true })
    ann.word = 'silence'
    await ann.register()
    const ben = createTextPhone(await place(), 'ben', { sms: true })
    await ben.submit('+15550101', 'for ann alone')
    await until('it is acknowledged', () => ben.rps.some(({ kind }) => kind === 'ack'))
    await until('ann was given it', () => ann.received.length > 0)
    const callId = ann.received[0]?.headers.get('Call-ID') ?? ''
    const stranger = await aStranger(house, freshAddress())
    for (let reference = 0; reference < 256; reference++) {
      const body = encodeRp({ kind: 'ack', direction: 'mo', reference })
      const named = reference % 2 ? [`In-Reply-To: ${callId}`] : []
      const answer = await stranger.ask(messageText(stranger, 'ben', body, named))
      assert.equal(statusOf(answer ?? ''), 202)
    }
    stranger.close()
    const { items } = await house.rest<{ items: { state: string; text?: string }[] }>('/messages?limit=100')
    assert.equal(items.find(({ text }) => text === 'for ann alone')?.state, 'submitting')
    assert.deepEqual(bugsOf(house), [])
  })
})
