import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { peer } from '../support/peers.ts'
import {
  consult,
  dial,
  hears,
  openPhoneHouse,
  type PhoneHouse,
  press,
  quiet,
  take,
  talk,
} from '../support/phone-house.ts'

/** A page is loaded anew in the midst of things: nobody stays connected to silence, and nobody is put through unasked. */
describe('the phone, loaded anew', { skip: peer('chromium').skip }, () => {
  let house: PhoneHouse
  let [alice, bob, carol]: Page[] = []
  const pages = () => {
    assert.ok(alice && bob && carol)
    return { alice, bob, carol }
  }
  before(async () => {
    house = await openPhoneHouse({
      // However slowly a page comes back.
      webphone: {
        ws_addr: '127.0.0.1:0',
        wss_addr: '',
        phone_http_addr: '',
        phone_https_addr: '',
        leaving_timeout: 90,
      },
    })
    ;[alice, bob, carol] = await Promise.all([house.logIn(1001), house.logIn(1002), house.logIn(1003)])
  })
  after(() => house?.close())

  test('with two calls has both, and stays muted', async (t) => {
    house.told(t)
    const { alice, bob, carol } = pages()
    await talk(alice, bob, '1002')
    await dial(carol, '1001')
    await alice.getByText('Your present call will be put on hold.').waitFor()
    await alice.keyboard.press('Alt+KeyA')
    await Promise.all([hears(carol), hears(alice)])
    await alice.keyboard.press('Alt+KeyM')
    await alice.getByRole('button', { name: 'Muted' }).waitFor()
    await alice.reload()
    await Promise.all([hears(alice), hears(carol)])
    await alice.getByRole('button', { name: 'Muted' }).waitFor()
    await press(alice, 'Switch')
    await carol.getByText('Held by the other side').waitFor()
    await Promise.all([hears(alice), hears(bob)])
    await press(alice, 'Hang up')
    await quiet(bob)
    await press(carol, 'Hang up')
    await quiet(alice)
  })

  test('while asking first knows both parties, and connects them when it is told to', async (t) => {
    house.told(t)
    const { alice, bob, carol } = pages()
    await talk(alice, bob, '1002')
    await consult(alice, carol, '1003')
    await alice.reload()
    await alice.getByText('You are talking').waitFor()
    await hears(carol)
    await press(alice, 'Connect them')
    await quiet(alice)
    await Promise.all([hears(bob), hears(carol)])
    await press(carol, 'Hang up')
    await quiet(bob)
  })

  test('while its call still rings has it still, and talks once it is answered', async (t) => {
    house.told(t)
    const { alice, bob } = pages()
    await dial(alice, '1002')
    await bob.locator('.incoming').waitFor()
    await alice.getByText('Ringing…').waitFor()
    await alice.reload()
    await alice.getByText('Ringing…').waitFor()
    await take(bob)
    await Promise.all([hears(alice), hears(bob)])
    await press(alice, 'Hang up')
    await Promise.all([quiet(alice), quiet(bob)])
  })

  test('while its call still rings can give it up', async (t) => {
    house.told(t)
    const { alice, bob } = pages()
    await dial(alice, '1002')
    await bob.locator('.incoming').waitFor()
    await alice.getByText('Ringing…').waitFor()
    await alice.reload()
    await press(alice, 'Hang up')
    await Promise.all([quiet(alice), bob.locator('.incoming').waitFor({ state: 'detached' })])
  })

  test('while the first of two parties hangs up says who is left', async (t) => {
    house.told(t)
    const { alice, bob, carol } = pages()
    await talk(alice, bob, '1002')
    await consult(alice, carol, '1003')
    const { href } = await alice.evaluate<{ href: string }>('({ href: location.href })')
    await alice.goto('about:blank')
    await press(bob, 'Hang up')
    await quiet(bob)
    await alice.goto(href)
    await alice.locator('.call h2', { hasText: '1003' }).waitFor()
    await Promise.all([hears(alice), hears(carol)])
    await press(carol, 'Hang up')
    await quiet(alice)
  })
})
