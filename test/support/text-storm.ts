import assert from 'node:assert/strict'
import { createRandom } from '#lib/random'
import { createTimers } from '#lib/timers'
import { addressOf, encodeRp, encodeSubmit, textParts } from '#sms'
import { freshAddress } from './loopback.ts'
import { createChance } from './mutations.ts'
import { openSocketWire } from './socket-net.ts'
import { API_KEY, DOMAIN, startTandem, type Tandem } from './tandem.ts'
import { createTextPhone } from './text-phone.ts'
import { bugsOf } from './vitals.ts'
import { sleep, until } from './wait.ts'

type Phone = ReturnType<typeof createTextPhone>

/** No other house that takes a port while ours is down shall know these, or it would take their texts. */
const run = createRandom().token(6)
const named = (kind: string, count: number) => Array.from({ length: count }, (_, n) => `${kind}${n}-${run}`)
const HANDSETS = named('handset', 6)
const READERS = [...HANDSETS, ...named('phone', 2)]
const SMS_SENDERS = named('sim', 3)
const PLAIN_SENDERS = named('plain', 3)
const REST_LOOPS = 4
const RP_PATIENCE_MS = 2500

/** Believed without proof, so that scripted phones need none. */
const user = (name: string, n: number) => ({
  ...{ impi: `${name}@${DOMAIN}`, impu: [name, `tel:+1555010${n}`], authent_type: 'none' },
})
const names = [...READERS, ...SMS_SENDERS, ...PLAIN_SENDERS]
const config = {
  log_options: 'all.level=warn',
  security: { exempt: ['127.0.0.0/8'] },
  messages: { smsc: '+15550199' },
  sms_retry_delay: 1,
  timer_t1: 0.5,
  ue_db: names.map(user),
}

/** Numbered texts. Some are so long that handsets get them in two parts, the second without a number. */
const textOf = (n: number): string => (n % 10 === 0 ? `#${n}# ${'x'.repeat(200)}` : `#${n}# ${n}`)
const numberOf = (text: string): number | undefined => {
  const found = /^#(\d+)#/.exec(text)
  return found ? Number(found[1]) : undefined
}

export type StormFindings = {
  acknowledged: number
  /** Acknowledged, and never arrived. */
  lost: number[]
  /**
   * Arrived again after its delivery report was answered, or as another request. The same request again is what its
   * reader knows a repeat by (RFC 3261 §8.2.2.2), also after more than 64 T1 of crashes.
   */
  twice: number[]
  /** Second parts that arrived, and that were to. */
  secondParts: [came: number, expected: number]
  /** Taken by REST and not found there as what it was. */
  unknownToRest: number[]
  bugs: string[]
}

/**
 * So many numbered texts from handsets, SIP phones and applications at once, while the process is killed without
 * warning at so many random moments. Who gets no answer asks again in the same words, as its protocol has it.
 */
export const runTextStorm = async (texts: number, kills: number, seed: number): Promise<StormFindings> => {
  const chance = createChance(seed)
  let house: Tandem = await startTandem({ config })
  let killed = 0
  let next = 0
  const acknowledged = new Set<number>()
  const restIds = new Map<number, string>()

  const phoneOf = async (name: string): Promise<Phone> => {
    const wire = await openSocketWire(freshAddress())
    const timers = createTimers()
    const flow = wire.flow({ address: '127.0.0.1', port: house.ports.sip })
    const sms = HANDSETS.includes(name) || SMS_SENDERS.includes(name)
    const phone = createTextPhone({ wire, flow, timers, settle: () => sleep(0) }, name, { sms })
    assert.equal(await phone.register(), 200, `${name} registers`)
    return phone
  }
  const phones = new Map<string, Phone>()
  for (const name of names) phones.set(name, await phoneOf(name))
  const phone = (name: string): Phone => phones.get(name) as Phone
  // Bindings are saved half a second after they are made.
  await sleep(1000)

  /** The next number, spread evenly over all lives; undefined at the end. */
  const take = async (): Promise<number | undefined> => {
    while (killed < kills && next >= (texts * (killed + 1)) / (kills + 1)) await sleep(20)
    return next < texts ? next++ : undefined
  }
  const readerOf = (n: number): string => READERS[n % READERS.length] as string
  const source = async (send: (n: number) => Promise<boolean>): Promise<void> => {
    for (let n = await take(); n !== undefined; n = await take()) if (await send(n)) acknowledged.add(n)
  }

  const overPlain = (sender: Phone) => async (n: number) => {
    const { status } = await sender.send(readerOf(n), textOf(n))
    return status === 202
  }
  const overSms = (sender: Phone) => {
    let reference = 0
    return async (n: number): Promise<boolean> => {
      // One part: a sender that gives up one of several leaves the rest behind.
      const cut = textParts(`#${n}# ${n}`, { reference: 0, dcs: 0 })
      const userData = cut.ok && cut.value.parts[0]
      if (!userData) return false
      reference = (reference + 1) & 0xff
      const destination = addressOf(`+1555010${READERS.indexOf(readerOf(n))}`)
      const tpdu = encodeSubmit({
        ...{ kind: 'submit', reference, destination, pid: 0, dcs: 0, userData },
        ...{ rejectDuplicates: false, reportWanted: false, replyPath: false },
      })
      sender.rps.length = 0
      const rp = encodeRp({ kind: 'data', direction: 'mo', reference, tpdu })
      const center = `sip:+15550199@${DOMAIN};user=phone`
      const { status } = await sender.ask(sender.message(center, 'application/vnd.3gpp.sms', rp))
      if (status !== 202) return false
      const end = performance.now() + RP_PATIENCE_MS
      while (performance.now() < end) {
        if (sender.rps.some((one) => one.kind === 'ack' && one.reference === reference)) return true
        await sleep(2)
      }
      return false
    }
  }
  const overRest = async (n: number): Promise<boolean> => {
    for (;;)
      try {
        const response = await fetch(`http://127.0.0.1:${house.ports.http}/api/v1/messages`, {
          method: 'POST',
          headers: {
            ...{ authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
            'idempotency-key': `"text ${n}"`,
          },
          body: JSON.stringify({ from: '12345', to: readerOf(n), text: textOf(n) }),
        })
        const { id } = (await response.json()) as { id?: string }
        if (response.status === 201 || response.status === 200) {
          restIds.set(n, id as string)
          return true
        }
        // Another house, which has nobody of this name.
        await sleep(50)
      } catch {
        // Nobody there, or it died before it answered.
        await sleep(50)
      }
  }
  const killer = async (): Promise<void> => {
    for (; killed < kills; killed++) {
      await sleep(50 + chance.below(500))
      await house.kill9()
      house = await house.again()
    }
  }

  try {
    await Promise.all([
      killer(),
      ...PLAIN_SENDERS.map((name) => source(overPlain(phone(name)))),
      ...SMS_SENDERS.map((name) => source(overSms(phone(name)))),
      ...Array.from({ length: REST_LOOPS }, () => source(overRest)),
    ])
    const left = async (state: string): Promise<number> =>
      (await house.rest<{ items: unknown[] }>(`/messages?state=${state}&limit=1`)).items.length
    const isOver = async () =>
      (await left('queued')) + (await left('submitting')) + (await left('accepted')) === 0
    await until('all that was accepted has arrived', isOver, { timeoutMs: 90_000, everyMs: 200 })
    // The last ones may be on their way through a socket.
    await sleep(200)
    return await findings(house, READERS.map(phone), acknowledged, restIds)
  } finally {
    await house.stop()
  }
}

const findings = async (
  house: Tandem,
  readers: Phone[],
  acknowledged: Set<number>,
  restIds: Map<number, string>,
): Promise<StormFindings> => {
  const came = new Map<number, Set<string>>()
  const twice = new Set<number>()
  const seconds = new Set<string>()
  let expected = 0
  for (const { shown, name } of readers)
    for (const { text, callId, known } of shown) {
      const n = numberOf(text)
      if (n === undefined) seconds.add(callId)
      else {
        const calls = came.get(n) ?? new Set()
        if (known || (calls.size > 0 && !calls.has(callId))) twice.add(n)
        if (calls.size === 0 && text.includes('x') && HANDSETS.includes(name)) expected++
        came.set(n, calls.add(callId))
      }
    }
  const unknownToRest: number[] = []
  for (const [n, id] of restIds) {
    const kept = house.rest<{ state: string; text: string }>(`/messages/${id}`)
    const { state, text } = await kept.catch(() => ({ state: 'lost', text: '' }))
    if (state !== 'delivered' || text !== textOf(n)) unknownToRest.push(n)
  }
  return {
    acknowledged: acknowledged.size,
    lost: [...acknowledged].filter((n) => !came.has(n)),
    twice: [...twice],
    secondParts: [seconds.size, expected],
    unknownToRest,
    bugs: bugsOf(house),
  }
}
