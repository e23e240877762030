import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { openChromium } from '../support/chromium.ts'
import { peer } from '../support/peers.ts'
import { type PhoneServer, startPhoneServer } from '../support/phone-server.ts'

/** What somebody meets who uses the phone for the first time. */
type Door = { width?: number; height?: number; loggedIn?: boolean; before?: string }

const WORKS: [name: string, door: Door, task: (page: Page, server: PhoneServer) => Promise<unknown>][] = [
  [
    'the test starts with one press',
    {},
    async (page) => {
      await page.evaluate('location.hash = "#/settings"')
      await page.getByRole('button', { name: 'Start the test' }).click()
      await page.locator('.step:not(.step-waiting)').first().waitFor()
      assert.equal(await page.evaluate('location.hash'), '#/test')
    },
  ],
  [
    'hang up covers nothing with a drawer open, 760 high',
    { height: 760 },
    async (page) => {
      await dial(page, '1002')
      for (const open of ['Keypad', 'Transfer']) {
        await page.locator('.call-buttons button', { hasText: open }).click()
        await page.locator('.drawer').waitFor()
        await clear(page, open)
      }
      await page.locator('.targets button').first().click()
      await page.locator('.second').waitFor()
      await clear(page, 'consultation')
      await page.locator('.call-buttons button', { hasText: 'Keypad' }).click()
      await clear(page, 'keypad in the consultation')
    },
  ],
  [
    'people can be written to and seen on a telephone’s width',
    { width: 400 },
    async (page) => {
      await page.locator('.person-text').first().waitFor()
      await page.locator('.person-video').first().waitFor()
      const names = await page.evaluate<number[]>(
        "[...document.querySelectorAll('.person-who b')].map((one) => one.clientWidth)",
      )
      assert.ok(
        names.every((wide) => wide > 80),
        String(names),
      )
    },
  ],
  [
    'after a transfer it says to whom',
    {},
    async (page) => {
      await dial(page, '1002')
      await page.locator('.call-buttons button', { hasText: 'Transfer' }).click()
      await page.locator('.transfer input').fill('7777')
      await page.getByRole('button', { name: 'Transfer now' }).click()
      await page.getByText('Transferred to 7777').waitFor()
    },
  ],
  [
    'the echo says that it is not recorded; two calls are joined by a word',
    {},
    async (page, server) => {
      await dial(page, '600')
      assert.ok(await page.getByRole('button', { name: 'The echo is not recorded' }).isDisabled())
      server.ring({ from: '1003' })
      await page
        .locator('.incoming button', { hasText: 'Answer' })
        .or(page.locator('.incoming .round-go'))
        .first()
        .click()
      await page
        .locator('.others-join')
        .getByText(/^Connect .+ with .+/)
        .waitFor()
    },
  ],
  [
    'a page that is not secure says so at the door',
    {
      loggedIn: false,
      before: 'Object.defineProperty(window, "isSecureContext", { value: false, configurable: true })',
    },
    (page) => page.locator('.login .trouble').waitFor(),
  ],
]

const dial = async (page: Page, number: string): Promise<void> => {
  await page.getByText('Ready').waitFor()
  await page.fill('input[name=dial]', number)
  await page.keyboard.press('Enter')
  await page.locator('.call-buttons button:not([disabled])').nth(2).waitFor()
}

/** The hang-up button begins below the last of the others, and is on the screen. */
const clear = async (page: Page, when: string): Promise<void> => {
  await page.waitForTimeout(250)
  const last = await page.locator('.call-buttons button').last().boundingBox()
  const end = await page.locator('.call-end button').boundingBox()
  assert.ok(last && end)
  assert.ok(last.y + last.height <= end.y + 1, `${when}: ${last.y + last.height} under ${end.y}`)
  assert.ok(end.y + end.height <= 760, `${when}: ${end.y + end.height} is below the screen`)
}

describe('the first day with the phone', { skip: peer('chromium').skip }, () => {
  for (const [name, { width = 1100, height = 800, loggedIn = true, before }, task] of WORKS)
    test(name, { timeout: 60_000 }, async (t) => {
      const server = await startPhoneServer({ loggedIn })
      const { context, close } = await openChromium({ viewport: { width, height } })
      context.setDefaultTimeout(6_000)
      t.after(close)
      t.after(() => server.close())
      const page = await context.newPage()
      if (before) await page.addInitScript(before)
      await page.goto(server.url)
      await task(page, server)
    })
})
