import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { peer } from '../support/peers.ts'
import {
  consult,
  dial,
  focused,
  hears,
  inHistory,
  openPhoneHouse,
  type PhoneHouse,
  press,
  quiet,
  ready,
  take,
  talk,
} from '../support/phone-house.ts'
import { until } from '../support/wait.ts'

describe('the phone in a browser', { skip: peer('chromium').skip }, () => {
  let house: PhoneHouse
  before(async () => {
    house = await openPhoneHouse()
  })
  after(() => house?.close())

  test('by keyboard alone: log in, call the echo, hear oneself, hang up', async (t) => {
    house.told(t)
    const page = await house.open()
    // The field has the focus: whoever comes may type.
    await focused(page, 'input[name=user]')
    await page.keyboard.type('1001')
    await page.keyboard.press('Tab')
    await page.keyboard.type('wonder')
    await page.keyboard.press('Enter')
    await ready(page)
    await page.keyboard.press('Alt+KeyN')
    await focused(page, 'input[name=dial]')
    await page.keyboard.type('600')
    await page.keyboard.press('Enter')
    await hears(page)
    await page.keyboard.press('Alt+KeyM')
    await page.getByRole('button', { name: 'Muted' }).waitFor()
    await page.keyboard.press('Alt+KeyX')
    await quiet(page)
    await inHistory(page, page.locator('.past-out', { hasText: '600' }))
    await page.close()
  })

  test('two phones: talk, hold, picture, text', async (t) => {
    house.told(t)
    const [alice, bob] = await Promise.all([house.logIn(1001), house.logIn(1002)])
    await talk(alice, bob, '1002')

    await press(alice, 'Hold')
    await alice.getByText('On hold').waitFor()
    await bob.getByText('Held by the other side').waitFor()
    await press(alice, 'Resume')
    await Promise.all([hears(alice), hears(bob)])

    await press(alice, 'Video')
    await bob.locator('.picture-far').waitFor()
    const width = () =>
      bob.locator('.picture-far').evaluate((video) => (video as unknown as { videoWidth: number }).videoWidth)
    await until('a picture', async () => (await width()) > 0)
    await press(alice, 'Stop video')

    await alice.goto(`${alice.url().split('#')[0]}#/texts/1002`)
    await alice.locator('textarea').fill('Hello <b>Bob</b> 你好')
    await alice.keyboard.press('Enter')
    await bob.keyboard.press('Alt+Digit3')
    await bob.getByText('Hello <b>Bob</b> 你好').first().waitFor()
    await alice.getByText('Delivered').waitFor()

    await bob.keyboard.press('Alt+KeyX')
    await Promise.all([quiet(alice), quiet(bob)])
    await Promise.all([alice.close(), bob.close()])
  })

  test('a page that is reloaded finds its call again, and a lost channel is repaired', async (t) => {
    house.told(t)
    const [alice, bob] = await Promise.all([house.logIn(1001), house.logIn(1002)])
    await talk(alice, bob, '1002')
    await alice.reload()
    await hears(alice)
    await hears(bob)
    await bob.locator('.call-state', { hasText: /^\d+:\d\d$/ }).waitFor()

    await alice.context().setOffline(true)
    await alice.context().setOffline(false)
    await ready(alice)
    await hears(alice)
    await press(alice, 'Hang up')
    await quiet(bob)
    await Promise.all([alice.close(), bob.close()])
  })

  test('a call is transferred: at once, and after asking', async (t) => {
    house.told(t)
    const [alice, bob, carol] = await Promise.all([house.logIn(1001), house.logIn(1002), house.logIn(1003)])
    await talk(alice, bob, '1002')
    await press(bob, 'Transfer')
    await bob.locator('.transfer input').fill('1003')
    await press(bob, 'Transfer now')
    await take(carol)
    await quiet(bob)
    await Promise.all([hears(alice), hears(carol)])
    await press(alice, 'Hang up')
    await quiet(carol)

    await talk(alice, bob, '1002')
    await consult(bob, carol, '1003')
    await press(bob, 'Connect them')
    await quiet(bob)
    await Promise.all([hears(alice), hears(carol)])
    await press(carol, 'Hang up')
    await quiet(alice)
    await Promise.all([alice.close(), bob.close(), carol.close()])
  })

  test('a call is sent elsewhere before it is answered', async (t) => {
    house.told(t)
    const [alice, bob, carol] = await Promise.all([house.logIn(1001), house.logIn(1002), house.logIn(1003)])
    await dial(alice, '1002')
    await bob.locator('.incoming').waitFor()
    await bob.keyboard.press('Alt+KeyT')
    await bob.getByLabel('Send the call to').waitFor()
    await focused(bob, '.elsewhere input')
    await bob.keyboard.type('1003')
    await bob.keyboard.press('Enter')
    await bob.getByText('Transferred to 1003').waitFor()
    await carol.locator('.incoming', { hasText: '1001' }).waitFor()
    await carol.keyboard.press('Alt+KeyA')
    await Promise.all([hears(alice), hears(carol)])
    await press(carol, 'Hang up')
    await quiet(alice)
    await Promise.all([alice.close(), bob.close(), carol.close()])
  })

  test('a second caller knocks; one switches, and brings both together', async (t) => {
    house.told(t)
    const [alice, bob, carol] = await Promise.all([house.logIn(1001), house.logIn(1002), house.logIn(1003)])
    await talk(alice, bob, '1002')
    await dial(carol, '1001')
    await alice.getByText('Your present call will be put on hold.').waitFor()
    await alice.keyboard.press('Alt+KeyA')
    await bob.getByText('Held by the other side').waitFor()
    await hears(carol)
    await press(alice, 'Switch')
    await carol.getByText('Held by the other side').waitFor()
    await hears(bob)
    await alice.getByRole('button', { name: /^Connect / }).click()
    await quiet(alice)
    await Promise.all([hears(bob), hears(carol)])
    await press(bob, 'Hang up')
    await quiet(carol)
    await Promise.all([alice.close(), bob.close(), carol.close()])
  })

  test('the call test passes and says the quality', async (t) => {
    house.told(t)
    const page = await house.logIn(1003)
    await page.goto(`${page.url().split('#')[0]}#/test`)
    await press(page, 'Start the test')
    await page.getByRole('button', { name: 'Test again' }).waitFor({ timeout: 90_000 })
    assert.equal(await page.locator('.step-passed').count(), 5, await page.locator('.steps').innerText())
    assert.match(await page.locator('.steps').innerText(), /MOS [34]\.\d/)
    await page.close()
  })
})
