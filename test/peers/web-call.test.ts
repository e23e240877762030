import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { peer } from '../support/peers.ts'
import { type ScriptPages, startScriptPages } from '../support/script-pages.ts'
import { oldPage, startWebTown, type WebTown } from '../support/web-town.ts'

describe('old clients in a real browser', { skip: peer('chromium').skip }, () => {
  let house: WebTown
  let browser: ScriptPages
  before(async () => {
    house = await startWebTown(['alice', 'bob'])
    browser = await startScriptPages()
  })
  after(async () => {
    await browser?.close()
    await house?.stop()
  })

  test('one calls the echo service and hears itself', async () => {
    const alice = await oldPage(browser, house.wss, { user: 'alice', hertz: 440 })
    await alice.registered()
    await alice.call('600')
    await alice.until(9004, { state: '2' })
    await alice.hears(440)
    await alice.say(1010, { cid: await alice.cid() })
    await alice.until(9004, { state: '0' })
    await alice.page.close()
  })

  test('one calls another: each hears the other, holds, and comes back', async () => {
    const alice = await oldPage(browser, house.wss, { user: 'alice', hertz: 440 })
    const bob = await oldPage(browser, house.ws, { user: 'bob', hertz: 1000 })
    await Promise.all([alice.registered(), bob.registered()])
    await alice.call('bob')
    await Promise.all([alice.until(9004, { state: '2' }), bob.until(9004, { state: '2' })])
    await Promise.all([alice.hears(1000), bob.hears(440)])
    await alice.say(1007, { cid: await alice.cid(), type: '1' })
    await alice.until(9004, { state: '3' })
    await bob.until(9004, { state: '4' })
    await alice.forget()
    await alice.say(1007, { cid: await alice.cid(), type: '0' })
    await alice.until(9004, { state: '2' })
    await Promise.all([alice.hears(1000), bob.hears(440)])
    await bob.say(1010, { cid: await bob.cid() })
    await alice.until(9004, { state: '0' })
    assert.equal((await house.rest<{ items: unknown[] }>('/calls')).items.length >= 0, true)
    await Promise.all([alice.page.close(), bob.page.close()])
  })
})
