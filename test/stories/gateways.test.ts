import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type GatewayTown, startGatewayTown } from '../support/gateway-town.ts'
import { type Sim, simUser, startHandset } from '../support/handset.ts'
import { DOMAIN, logOf } from '../support/tandem.ts'
import { until } from '../support/wait.ts'

const DORA: Sim = { imsi: '001010000000011', k: '11'.repeat(16), opc: '22'.repeat(16), auth: 'AKAv1-MD5' }

describe('SIM cards in the network', () => {
  let town: GatewayTown
  before(async () => {
    town = await startGatewayTown({
      boxes: { box1: { kind: 'goip', lines: 2 }, ej1: { kind: 'ejoin', ports: 2, manner: allReports } },
      config: {
        ue_db: [simUser(DORA, DOMAIN, '+4930444')],
        routes: [
          { name: 'goip', match: { kind: 'message', to: '^\\+1555' }, to: 'gateway:box1' },
          { name: 'ejoin', match: { kind: 'message', to: '^\\+1777' }, to: 'gateway:ej1' },
        ],
      },
      reply: 'got: %',
    })
    await town.registered(4)
  })
  after(() => town?.stop())

  for (const [kind, to] of [
    ['a GoIP', '+15550900900'],
    ['an Ejoin', '+17770900900'],
  ] as const)
    test(`a text of a handset leaves through ${kind}, and its answer comes back to the handset`, async () => {
      const { house, left } = town
      const words = 'Schöne Grüße 日本 😀; and: "so on"'
      const handset = startHandset(`127.0.0.1:${house.ports.sip}`, DOMAIN, DORA, [
        ...['--text', `${to}:${words}`, '--texts', '1', '-v'],
      ])
      const { code } = await handset.ended
      assert.equal(code, 0, `${handset.output()}\n${logOf(house)}`)
      assert.match(handset.output(), new RegExp(`message from \\+?${to.slice(1)}: got: Schöne`))
      const mine = left.filter((text) => text.to === to)
      assert.deepEqual(
        mine.map(({ text }) => text),
        [words],
      )
      const { items } = await house.rest<{ items: { id: string; to: string }[] }>('/messages?limit=50')
      const id = items.find((one) => one.to.includes(to.slice(1)))?.id ?? assert.fail(JSON.stringify(items))
      const { timeline, via } = await town.ends(id, 'delivered')
      const steps = timeline.map(({ state }) => state)
      assert.deepEqual(steps, ['queued', 'submitting', 'sent', 'delivered'])
      assert.match(JSON.stringify([timeline, via]), kind === 'a GoIP' ? /box1\/box1-/ : /ej1\//)
      const answer = items.find(({ id: one }) => one !== id)
      assert.ok(answer)
    })

  for (const [kind, line] of [
    ['a GoIP', 'box1/box1-1'],
    ['an Ejoin', 'ej1/1'],
  ] as const)
    test(`a USSD menu of ${kind} is walked through, a code at a time`, async () => {
      const said: string[] = []
      for (const code of ['*111#', '3', '9', '2']) {
        const { text } = await town.ussd(line, code)
        said.push(text.split('\n')[0] ?? '')
      }
      assert.deepEqual(said.slice(0, 3), ['1 Balance', '1 Talk', '1 Balance'])
      assert.match(said[3] ?? '', /^Your number is /)
    })

  test('a text from one SIM card arrives at another, of the other kind of gateway', async () => {
    const number = town.ejoin('ej1').ports[1]?.number ?? ''
    const id = await town.send(number, 'to the other box')
    await town.ends(id, 'delivered')
    const kept = await until('what came in', async () => {
      const { items } = await town.house.rest<{ items: { text?: string; origin: string }[] }>(
        '/messages?limit=50',
      )
      return items.find(({ text, origin }) => origin === 'gateway' && text === 'to the other box')
    })
    assert.ok(kept)
  })
})

const allReports = {
  switches: new Set(['cdr', 'received', 'sent', 'call-control', 'sms-control', 'traffic-control'] as const),
}
