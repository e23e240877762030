import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { latin1 } from '#lib/text'
import { parseMessageSummary } from '#message-summary'
import { createRequest } from '#sip'
import { aHouse, DOMAIN, type House } from '../support/house.ts'
import { open } from '../support/script-calls.ts'
import { aScriptPhone, type ScriptPhone } from '../support/script-phone.ts'

const BOB = `bob@${DOMAIN}`

const aPlace = async (mailbox?: { number: string }) => {
  const house = aHouse({ subscribers: [open('alice'), open('bob')], ...(mailbox && { mailbox }) })
  const bob = aScriptPhone(house, 'bob', '192.0.2.11')
  assert.equal(await bob.register(), 200)
  return { house, bob }
}

const subscribe = async (house: House, phone: ScriptPhone, whom: string) => {
  const uri = `sip:${whom}@${DOMAIN}`
  const request = createRequest('SUBSCRIBE', uri)
  request.headers.add('Max-Forwards', '70').add('From', `<sip:${phone.name}@${DOMAIN}>;tag=w${whom}`)
  request.headers.add('To', `<${uri}>`).add('Call-ID', `mwi-${whom}`).add('CSeq', '1 SUBSCRIBE')
  request.headers.add('Contact', phone.contact).add('Event', 'message-summary').add('Expires', '600')
  const sent = phone.send(request)
  await house.settle()
  return sent.status()
}

/** Each summary that was told, answered. */
const told = (phone: ScriptPhone): string[] =>
  phone.got('NOTIFY').map((heard) => {
    if (!heard.transaction.answered) phone.respond(heard, 200)
    assert.equal(parseMessageSummary(heard.request.body).ok, true)
    return latin1(heard.request.body).trim().replaceAll('\r\n', ' | ')
  })

const aMessage = (id: string, impi = BOB) => ({
  ...{ kind: 'mailbox' as const, id, impi, call: 'c', with: '', name: '', atMs: 1, ms: 2000 },
  ...{ path: `${id}.wav`, type: 'audio/wav' as const, heard: false, urgent: false },
})

describe('a phone that watches its mailbox, RFC 3842', () => {
  test('is told at once what waits, and then of each change, once a second at most', async () => {
    const { house, bob } = await aPlace({ number: '*97' })
    assert.equal(await subscribe(house, bob, 'bob'), 200)
    const account = `Message-Account: sip:*97@${DOMAIN}`
    assert.deepEqual(told(bob), [`Messages-Waiting: no | ${account} | Voice-Message: 0/0 (0/0)`])
    const { mailbox } = house.sounds
    await mailbox.add(aMessage('m1'))
    await mailbox.add(aMessage('m2'))
    await mailbox.add(aMessage('a1', `alice@${DOMAIN}`))
    await mailbox.mark(BOB, 'm1', true)
    await house.pass(1000)
    assert.deepEqual(told(bob).slice(1), [`Messages-Waiting: yes | ${account} | Voice-Message: 1/1 (0/0)`])
    await house.pass(1000)
    await mailbox.remove(BOB, 'm2')
    await house.pass(1000)
    assert.equal(told(bob).at(-1), `Messages-Waiting: no | ${account} | Voice-Message: 0/1 (0/0)`)
    assert.equal(told(bob).length, 3)
  })

  test('may name the number of mailboxes, but nobody else’s', async () => {
    const { house, bob } = await aPlace({ number: '97' })
    assert.equal(await subscribe(house, bob, '97'), 200)
    assert.equal(await subscribe(house, bob, 'alice'), 403)
    assert.equal(await subscribe(house, bob, 'nobody'), 403)
  })

  test('hears that there is none where nobody has one', async () => {
    const { house, bob } = await aPlace()
    assert.equal(await subscribe(house, bob, 'bob'), 489)
  })
})
