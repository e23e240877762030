import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Subscriber } from '#core'
import { createRandom } from '#lib/random'
import { ok } from '#lib/result'
import { runUe, type TextEvent, type UeEvent, type UeOptions } from '#simulators'
import { aSubscriber, HOUSE } from '../support/house.ts'
import { aTown, during, withSim } from '../support/town.ts'

const numbered = (number: string) => ({ identities: [{ uri: `sip:${number}`, user: number }] })
const [ANNA, BEN, CARL] = ['15550101', '15550102', '15550103'] as const
const people: Record<string, Subscriber> = {
  anna: withSim('milenage', numbered(ANNA)),
  ben: withSim('xor', numbered(BEN)),
  carl: aSubscriber('carl', numbered(CARL)),
}
const subscribers = Object.values(people)

/** Anna and Ben have SIMs, Carl has a SIP phone; all are registered. */
const aTalk = async () => {
  const town = aTown({ subscribers })
  const [anna, ben, carl] = ['anna', 'ben', 'carl'].map((name) => town.handset(people[name] as Subscriber))
  assert.ok(anna && ben && carl)
  for (const { ue } of [anna, ben, carl])
    assert.equal((await during(ue.register(), town.steps(200))).ok, true)
  return { ...town, anna, ben, carl }
}
type Seen<K extends TextEvent['kind']> = TextEvent & { kind: K }
const seen = <K extends TextEvent['kind']>({ events }: { events: UeEvent[] }, kind: K): Seen<K>[] =>
  events.filter((event): event is Seen<K> & UeEvent => event.kind === kind)

const states = async ({ house }: Awaited<ReturnType<typeof aTalk>>): Promise<string[]> =>
  (await house.messages.list({ limit: 100 })).map(({ state }) => state)

describe('texts between simulated handsets', () => {
  test('SIM to SIM, with reports both ways', async () => {
    const talk = await aTalk()
    const { anna, ben, steps } = talk
    const report = await during(anna.ue.text(BEN, 'hello {€}', { statusReport: true }), steps(2000))
    assert.deepEqual([report.ok, report.form, report.reason], [true, 'sms', 'RP-ACK'])
    assert.deepEqual(seen(ben, 'message'), [
      { kind: 'message', form: 'sms', from: ANNA, text: 'hello {€}', parts: 1 },
    ])
    await steps(1000)
    assert.deepEqual(seen(anna, 'status-report'), [
      { kind: 'status-report', reference: report.references[0], recipient: BEN, status: 0 },
    ])
    assert.deepEqual(new Set(await states(talk)), new Set(['delivered']))
  })

  test('long ones, in every alphabet', async () => {
    const { anna, ben, steps } = await aTalk()
    const texts = ['long and longer. '.repeat(30), 'Привет 😀, как дела? 日本 '.repeat(12), '€'.repeat(161)]
    for (const text of texts) {
      const report = await during(anna.ue.text(BEN, text), steps(4000))
      assert.equal(report.ok, true)
      const heard = seen(ben, 'message').at(-1)
      assert.deepEqual([heard?.text, heard?.parts], [text, report.parts])
    }
    assert.equal(seen(ben, 'message').length, texts.length)
  })

  test('SIM to SIP phone and back', async () => {
    const { anna, carl, steps } = await aTalk()
    const text = 'grüß dich, Carl: 😀 '.repeat(9)
    await during(anna.ue.text(CARL, text), steps(3000))
    assert.deepEqual(
      seen(carl, 'message').map(({ form, text }) => [form, text]),
      [['plain', text]],
    )
    const back = await during(carl.ue.text(ANNA, text), steps(3000))
    assert.deepEqual([back.ok, back.form], [true, 'plain'])
    assert.deepEqual(
      seen(anna, 'message').map(({ form, from, text }) => [form, from, text]),
      [['sms', CARL, text]],
    )
  })

  test('to nobody: the submit is refused', async () => {
    const { anna, steps } = await aTalk()
    const report = await during(anna.ue.text('15559999', 'hello?'), steps(2000))
    assert.deepEqual([report.ok, typeof report.cause], [false, 'number'])
  })

  test('wait while the recipient is away', async () => {
    const talk = await aTalk()
    const { anna, ben, steps } = talk
    await during(ben.ue.deregister(), steps(200))
    assert.equal((await during(anna.ue.text(BEN, 'later'), steps(1000))).ok, true)
    assert.deepEqual(await states(talk), ['queued'])
    await during(ben.ue.register(), steps(2000))
    assert.deepEqual(
      seen(ben, 'message').map(({ text }) => text),
      ['later'],
    )
    assert.deepEqual(await states(talk), ['delivered'])
  })

  test('wait while the recipient has no memory', async () => {
    const talk = await aTalk()
    const { anna, ben, steps } = talk
    ben.ue.texting = { kind: 'refuse', cause: 22, memoryAfterMs: 5000 }
    await during(anna.ue.text(BEN, 'too much'), steps(3000))
    assert.deepEqual([seen(ben, 'message').length, await states(talk)], [0, ['queued']])
    await steps(5000)
    assert.deepEqual(seen(ben, 'memory'), [{ kind: 'memory', known: true }])
    assert.deepEqual(
      seen(ben, 'message').map(({ text }) => text),
      ['too much'],
    )
    assert.deepEqual(await states(talk), ['delivered'])
  })

  test('are tried again when the recipient says nothing', async () => {
    const { anna, ben, steps } = await aTalk()
    ben.ue.texting = { kind: 'no-report' }
    await during(anna.ue.text(BEN, 'are you there?'), steps(2000))
    ben.ue.texting = { kind: 'take' }
    await steps(120_000)
    assert.deepEqual(
      seen(ben, 'message').map(({ text }) => text),
      ['are you there?'],
    )
  })
})

describe('tandem sim ue with texts', () => {
  const run = async (
    options: UeOptions,
    passMs: number,
    meanwhile?: (town: ReturnType<typeof aTown>) => void,
  ) => {
    const town = aTown({ subscribers })
    const { house, media, handset, steps } = town
    const ben = handset(people.ben as Subscriber)
    await during(ben.ue.register(), steps(200))
    const lines: string[] = []
    const code = runUe(
      { server: `${HOUSE.address}:${HOUSE.port}`, user: ANNA, ...options },
      {
        timers: house.timers,
        random: createRandom(),
        known: subscribers,
        openWire: async () => ok(house.net.wire({ address: '192.0.2.50', port: 5060 })),
        openMedia: media.openAt('192.0.2.50'),
        resolve: async (host) => host,
        readFile: async () => new Uint8Array(0),
        writeFile: async () => {},
        print: (line) => lines.push(line),
        interrupted: new Promise<void>(() => {}),
      },
    )
    house.timers.after(1000, () => {
      meanwhile?.(town)
      if (options.texts)
        void ben.ue.text(ANNA, 'one\u202e\u0007').then(() => ben.ue.text(ANNA, 'two '.repeat(60)))
    })
    return { code: await during(code, steps(passMs)), lines, ben }
  }

  test('sends one and waits for the status report', async () => {
    const { code, lines, ben } = await run({ text: `${BEN}:hello: you`, statusReport: true }, 5000)
    assert.deepEqual(lines.slice(1), [
      `sent to ${BEN} (SMS)`,
      `status report from ${BEN}: received by the recipient`,
    ])
    assert.equal(code, 0)
    assert.equal(seen(ben, 'message')[0]?.text, 'hello: you')
  })

  test('fails when it is refused', async () => {
    const { code, lines } = await run({ text: '15559999:hello' }, 3000)
    assert.match(lines[1] ?? '', /^not sent to 15559999: /)
    assert.equal(code, 1)
  })

  test('waits for some, and answers them', async () => {
    const { code, lines, ben } = await run({ texts: '2', reply: 'thanks' }, 8000)
    assert.deepEqual(
      lines.filter((line) => line.includes('message')),
      [`message from ${BEN}: one??`, `message from ${BEN} (2 parts): ${'two '.repeat(60)}`],
    )
    assert.equal(code, 0)
    assert.deepEqual(
      seen(ben, 'message').map(({ text }) => text),
      ['thanks', 'thanks'],
    )
  })

  test('tells what is wrong with its options', async () => {
    const { code, lines } = await run({ text: 'no colon', onText: 'burn', smsc: 'x', texts: '0' }, 300)
    assert.equal(code, 1)
    for (const name of ['text', 'on-text', 'smsc', 'texts'])
      assert.ok(
        lines.some((line) => line.startsWith(`--${name}: `)),
        name,
      )
  })
})
