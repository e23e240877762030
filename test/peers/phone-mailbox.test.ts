import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { peer } from '../support/peers.ts'
import {
  dial,
  inHistory,
  openPhoneHouse,
  type PhoneHouse,
  press,
  quiet,
  talk,
} from '../support/phone-house.ts'
import { loudTenthsOf } from '../support/played.ts'
import { until } from '../support/wait.ts'

describe('the mailbox in the phone', { skip: peer('chromium').skip }, () => {
  let house: PhoneHouse
  before(async () => {
    house = await openPhoneHouse({ mailbox: { after: 3 } })
  })
  after(() => house?.close())

  const lamp = (page: Page, number: string) => page.locator('.person', { hasText: number }).locator('.lamp')

  test('a message is left, announced, heard and deleted; nobody takes its owner for busy', async (t) => {
    house.told(t)
    const [alice, bob, carol] = await Promise.all([house.logIn(1001), house.logIn(1002), house.logIn(1003)])
    await lamp(carol, '1002').getByText('Free').waitFor()
    await dial(alice, '1002')
    await bob.locator('.incoming').waitFor()
    await alice.getByText(/^Voice mail · \d:\d\d$/).waitFor()
    await bob.locator('.incoming').waitFor({ state: 'detached' })
    await lamp(carol, '1001').getByText('Busy').waitFor()
    await lamp(carol, '1002').getByText('Free').waitFor()
    // The greeting, the beep, and some words: the microphone of tests beeps each second.
    await alice.getByText(/^Voice mail · 0:(0[89]|[1-5]\d)$/).waitFor()
    await alice.keyboard.press('Alt+KeyX')
    await alice.getByText(/Voice mail · Call ended/).waitFor()
    await inHistory(alice, alice.locator('.past-out').getByText(/^Voice mail · 0:/))

    await bob.locator('.rail-mail .badge', { hasText: '1' }).waitFor()
    await inHistory(bob, bob.locator('.past-missed').getByText('Missed, with a message'))
    await bob.getByRole('button', { name: /^Go to the message of / }).click()
    const message = bob.locator('.voice-new')
    await message.filter({ hasText: '1001' }).waitFor()
    const { seconds, loud } = await loudTenthsOf(bob, '.voice')
    assert.ok(seconds > 2 && loud >= 3, `${seconds} s, ${loud} tenths of it are heard`)
    await bob.getByRole('button', { name: /^Play Message of / }).click()
    await until('it plays', () =>
      bob
        .locator('.voice audio')
        .evaluate((audio) => (audio as unknown as { currentTime: number }).currentTime > 0.5),
    )
    await bob.locator('.rail-mail .badge').waitFor({ state: 'detached' })
    await message.waitFor({ state: 'detached' })

    await bob.getByRole('button', { name: /^Delete the message of / }).click()
    await bob.getByText('No messages.').waitFor()
    await bob.reload()
    await bob.getByText('No messages.').waitFor()
    await Promise.all([alice.close(), bob.close(), carol.close()])
  })

  test('one’s own number opens it at once; a number elsewhere is kept for the next time', async (t) => {
    house.told(t)
    const page = await house.logIn(1003)
    await dial(page, '1003')
    await page.getByText(/^Voice mail · \d:\d\d$/).waitFor()
    // There is nothing to hear: it says so, and hangs up.
    await page.locator('.dial').waitFor()
    await dial(page, '777@pbx.example')
    await page.locator('.lately').getByText('Nobody has this number.').waitFor()
    await inHistory(page, page.locator('.past', { hasText: '777@pbx.example' }))
    await inHistory(page, page.locator('.past', { hasText: 'Voice mail' }))
    await page.getByRole('button', { name: 'Redial 777@pbx.example' }).waitFor()
    await page.close()
  })

  test('who is put through to one is told so, and leaves a message', async (t) => {
    house.told(t)
    const [alice, bob] = await Promise.all([house.logIn(1001), house.logIn(1002)])
    await talk(alice, bob, '1002')
    await press(bob, 'Transfer')
    await bob.locator('.transfer input').fill('1003')
    await press(bob, 'Transfer now')
    await alice.getByText(/^Voice mail · \d:\d\d$/).waitFor()
    // The greeting, the beep, and some words.
    await alice.waitForTimeout(8000)
    await alice.keyboard.press('Alt+KeyX')
    await alice.getByText(/Voice mail · Call ended/).waitFor()
    await Promise.all([alice.close(), bob.close()])
    const carol = await house.logIn(1003)
    await carol.locator('.rail-mail .badge', { hasText: '1' }).waitFor()
    await carol.locator('.rail-mail').click()
    await carol.locator('.voice-new').click()
    const { seconds, loud } = await loudTenthsOf(carol, '.voice')
    assert.ok(seconds > 2 && loud >= 3, `${seconds} s, ${loud} tenths of it are heard`)
    await carol.close()
  })

  test('of a recorded call it is told who speaks, and each is heard', async (t) => {
    house.told(t)
    const [alice, bob] = await Promise.all([house.logIn(1001), house.logIn(1002)])
    await talk(alice, bob, '1002')
    await press(bob, 'Mute')
    await press(alice, 'Record')
    await alice.locator('.recording').waitFor()
    await alice.waitForTimeout(4000)
    await alice.keyboard.press('Alt+KeyX')
    await quiet(alice)
    const play = alice.getByRole('button', { name: /^Recording of the call with / })
    const voices = alice.locator('.past-recording')
    await until('both recordings are in the history', async () => {
      await inHistory(alice, play)
      await play.first().click()
      await voices.nth(1).waitFor({ timeout: 3000 })
      return true
    })
    const [own, other] = await voices.locator('b').allInnerTexts()
    assert.deepEqual([own, /1002/.test(other ?? '')], ['You', true])
    const heard = await loudTenthsOf(alice, '.past-recording:nth-child(1)')
    const silent = await loudTenthsOf(alice, '.past-recording:nth-child(2)')
    assert.ok(heard.loud >= 3, 'who recorded was heard')
    assert.ok(silent.loud <= 1, `who had muted was not: ${silent.loud}`)
    await Promise.all([alice.close(), bob.close()])
  })
})
