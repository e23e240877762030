import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Lamp, MailboxState } from '#webphone'
import { aHouse } from '../support/house.ts'
import { browserSdp, connect, newClient, oldClient, tokenFor } from '../support/web-clients.ts'

const aFeed = <T>() => {
  const hearers = new Map<string, Set<(value: T) => void>>()
  return {
    watch(name: string, hear: (value: T) => void): () => void {
      const all = hearers.get(name) ?? new Set()
      hearers.set(name, all.add(hear))
      return () => void all.delete(hear)
    },
    tell: (name: string, value: T) => hearers.get(name)?.forEach((hear) => void hear(value)),
    count: (name: string) => hearers.get(name)?.size ?? 0,
  }
}
const XML = '<?xml version="1.0"?><dialog-info entity="sip:1002@x"/>'
const busy: Lamp = { code: 0, xml: XML, lamp: 'busy', direction: 'in', remote: '1003', remoteName: 'Eve' }

describe('lamps', () => {
  test('are watched, listed, told in both dialects, and stopped', async () => {
    const feed = aFeed<Lamp>()
    const house = aHouse({
      web: { maxBlf: 2 },
      lamps: { watch: (ext, _watcher, hear) => feed.watch(ext, hear) },
    })
    const [old, page] = [await oldClient(house, 'alice'), await newClient(house, 'bob')]
    old.say(1014, { blf: 1, ext: '1002,1003' })
    assert.equal((await old.next(2014, { code: 0 })).ext, '1002,1003')
    page.say(1014, { blf: 1, ext: ['1002'] })
    assert.deepEqual((await page.next(2014, { code: 0 })).ext, ['1002'])
    feed.tell('1002', busy)
    assert.equal((await old.next(9012, { ext: '1002', state: 0 })).blfxml, XML)
    const told = await page.next(9012, { ext: '1002' })
    assert.deepEqual([told.lamp, told.direction, told.remote, told.blfxml], ['busy', 'in', '1003', undefined])
    old.say(1014, { blf: 1, ext: '1004' })
    await old.next(2014, { code: -1 })
    old.say(1014, { blf: 0 })
    await old.next(2014, { code: 0 })
    assert.equal(feed.count('1002'), 1)
    page.drop()
    await house.pass(91_000)
    assert.equal(feed.count('1002'), 0)
  })

  test('are told once more to a page that was loaded anew and asks again, and watched once', async () => {
    const feed = aFeed<Lamp>()
    const watch = (ext: string, _watcher: unknown, hear: (lamp: Lamp) => void) => {
      const stop = feed.watch(ext, hear)
      hear(busy)
      return stop
    }
    const house = aHouse({ web: { maxBlf: 2 }, lamps: { watch } })
    const page = await newClient(house, 'bob')
    const ask = { blf: 1, ext: ['1002', '1003'] }
    page.say(1014, ask)
    await page.next(9012, { ext: '1003' })
    const resume = page.heard.find(({ op }) => op === 2001)?.resume
    page.drop(1001)
    const back = connect(house)
    back.say(1001, { tel: 'bob', token: tokenFor(house, 'bob'), resume })
    back.say(1014, ask)
    await back.next(2014, { code: 0 })
    for (const ext of ask.ext) {
      assert.equal((await back.next(9012, { ext })).lamp, 'busy')
      assert.equal(feed.count(ext), 1)
    }
    back.say(1014, { blf: 1, ext: ['1004'] })
    await back.next(2014, { code: -1 })
  })
})

describe('voice mail', () => {
  test('is told to who asked for it', async () => {
    const feed = aFeed<MailboxState>()
    const house = aHouse({ mailboxes: { watch: (subscriber, hear) => feed.watch(subscriber.impi, hear) } })
    const page = await newClient(house, 'alice', { mwi: 1 })
    await newClient(house, 'bob')
    feed.tell('alice@tandem.test', { new: 1, old: 2, newUrgent: 0, oldUrgent: 0 })
    const told = await page.next(9011)
    assert.deepEqual([told.new, told.old], [1, 2])
    assert.equal(feed.count('bob@tandem.test'), 0)
  })
})

describe('guests', () => {
  const pass = (to: string) => ({
    ok: true as const,
    value: {
      caller: { identity: 'sip:2000@tandem.test', display: 'Guest', anonymous: false },
      dialled: { user: to, text: to },
      guest: { how: 'web' as const, address: '203.0.113.7' },
      headers: [['X-CTI-Data', '_cid=5']] as [string, string][],
      release: () => {},
    },
  })
  const guests = {
    ...{ enabled: true, welcomes: () => true },
    ticket: () => ({
      ok: false as const,
      error: { why: 'forbidden' as const, code: 'off' as const, reason: 'No.' },
    }),
    admit: ({ to }: { to: string }) =>
      to === '600'
        ? pass(to)
        : {
            ok: false as const,
            error: { why: 'forbidden' as const, code: 'not-allowed' as const, reason: 'Not that number.' },
          },
    admitCallBack: () => ({
      ok: false as const,
      error: { why: 'forbidden' as const, code: 'off' as const, reason: 'No.' },
    }),
  }

  test('call whom they may, with the nonce of their connection, once', async () => {
    const house = aHouse({ guests })
    for (const dialect of ['lines', 'json'] as const) {
      const guest = connect(house, { dialect })
      guest.say(1000)
      const { nonce } = await guest.next(2000)
      guest.say(1011, { nonce, to: '600', disp: 'Visitor', cdata: '_cid=5', sdp: browserSdp('guest') })
      const { cid } = await guest.next(2011, { code: 0 })
      await guest.next(9004, { cid, state: 2 })
      assert.equal(house.calls.list()[0]?.record.guest?.how, 'web')
      guest.say(1012, { cid, dtmf: '5' })
      await guest.next(2012, { code: 0 })
      // Whom guests may call is not whom others may be sent to by them.
      guest.say(1013, { cid, rec: 1 })
      await guest.next(2013, { code: -2 })
      if (dialect === 'json') {
        guest.say(1015, { cid, to: '+900123' })
        await guest.next(2015, { code: -2 })
      }
      guest.say(1011, { nonce, to: '600', sdp: browserSdp('guest') })
      await guest.next(2011, { code: -2 })
      guest.drop()
      await house.settle()
      assert.equal(house.calls.count, 0)
    }
  })

  test('call nobody else, do nothing else, and may be unwanted', async () => {
    const house = aHouse({ guests })
    const guest = connect(house)
    guest.say(1000)
    guest.say(1011, { nonce: (await guest.next(2000)).nonce, to: '+900123', sdp: browserSdp('guest') })
    const { reason, fault } = await guest.next(2011, { code: -1 })
    assert.deepEqual([reason, fault], ['Not that number.', 'not-allowed'])
    guest.say(1003, { to: 'bob', sdp: browserSdp('guest') })
    await guest.next(2003, { code: -1 })
    guest.say(1009, { to: 'bob', msg: 'spam' })
    await guest.next(2009, { code: -2 })
    const shut = connect(aHouse())
    shut.say(1000)
    shut.say(1011, { nonce: (await shut.next(2000)).nonce, to: '600', sdp: browserSdp('guest') })
    await shut.next(2011, { code: -1 })
  })
})
