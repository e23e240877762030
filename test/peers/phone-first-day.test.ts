import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { still } from '../support/axe.ts'
import { openChromium } from '../support/chromium.ts'
import { peer } from '../support/peers.ts'
import { focused } from '../support/phone-house.ts'
import { type PhoneServer, startPhoneServer } from '../support/phone-server.ts'
import { holds, until } from '../support/wait.ts'

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
      await page.locator('.drawer').waitFor()
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
    'the echo says that it is neither recorded nor put through',
    {},
    async (page, server) => {
      await dial(page, '600')
      assert.ok(await page.getByRole('button', { name: 'The echo is not recorded' }).isDisabled())
      await answerNext(page, server, '1003')
      const join = page.locator('.others-join')
      await join.getByText('The echo is not put through').waitFor()
      assert.ok(await join.isDisabled())
    },
  ],
  [
    'two calls are joined by a word',
    {},
    async (page, server) => {
      await dial(page, '1002')
      await answerNext(page, server, '1003')
      await page
        .locator('.others-join')
        .getByText(/^Connect .+ with .+/)
        .waitFor()
    },
  ],
  [
    'whoever rings second covers no button of the call, on a telephone’s width either',
    { height: 760 },
    async (page, server) => {
      await dial(page, '1003')
      server.ring({ from: '1002' })
      await page.locator('.knock').waitFor()
      for (const width of [1100, 400]) {
        await page.setViewportSize({ width, height: 760 })
        await clear(page, `${width} wide`)
        await page.getByRole('button', { name: 'Mute' }).click()
        await page.getByRole('button', { name: 'Muted' }).click()
      }
      await page.getByRole('button', { name: 'Hang up' }).click()
      await page.locator('[role=alertdialog]').waitFor()
      await until('the server is told', () => server.heard.some(({ op }) => op === 1010))
    },
  ],
  [
    'a call is sent elsewhere without being answered, by keyboard alone',
    {},
    async (page, server) => {
      await page.getByText('Ready').waitFor()
      server.ring({ from: '1002' })
      await page.locator('.incoming').waitFor()
      await page.keyboard.press('Alt+KeyT')
      await page.getByLabel('Send the call to').waitFor()
      await focused(page, '.elsewhere input')
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: 'Send elsewhere' }).focus()
      await page.keyboard.press('Enter')
      await page.getByLabel('Send the call to').waitFor()
      await focused(page, '.elsewhere input')
      await page.keyboard.type('chen')
      await page.keyboard.press('Enter')
      await page.getByText('Transferred to Chen Yi-Chun').waitFor()
      const { rc, mto } = await until('the server is told', () => server.heard.find(({ op }) => op === 1005))
      assert.deepEqual([rc, mto], [302, '1003'])
    },
  ],
  [
    'a page that was come to by key goes on by key, and Escape closes what is open below a call',
    {},
    async (page) => {
      await page.getByText('Ready').waitFor()
      await page.keyboard.press('Alt+Digit2')
      await page.locator('.past').first().waitFor()
      await focused(page, '#content')
      await page.keyboard.press('Tab')
      await page.locator('.content input:focus').waitFor()
      await dial(page, '1003')
      await page.keyboard.press('Alt+KeyT')
      await page.locator('.drawer input:focus').waitFor()
      await page.keyboard.press('Escape')
      await page.locator('.drawer').waitFor({ state: 'detached' })
    },
  ],
  [
    'who hides the number is no name of a program’s',
    {},
    async (page, server) => {
      await page.getByText('Ready').waitFor()
      server.ring({ from: 'anonymous', disp: '' })
      await page.getByRole('heading', { name: 'Number withheld' }).waitFor()
      assert.equal(await page.getByText('anonymous').count(), 0)
    },
  ],
  [
    'a mailbox that answers is called one, and offers nothing that it cannot do',
    {},
    async (page, server) => {
      await page.getByText('Ready').waitFor()
      await page.fill('input[name=dial]', '1004')
      await page.keyboard.press('Enter')
      await page.getByText('Ringing…').waitFor()
      server.say({ op: 9004, cid: 'c1', state: 2, voiceMail: true })
      await page.getByText(/^Voice mail · 0:0\d$/).waitFor()
      assert.ok(await page.getByRole('button', { name: 'Transfer' }).isDisabled())
      await page.getByRole('button', { name: 'Hang up' }).click()
      await page.getByText(/Voice mail · Call ended after/).waitFor()
    },
  ],
  [
    'the history says who speaks in a recording, and what a mailbox took',
    {},
    async (page) => {
      await page.evaluate('location.hash = "#/history"')
      await page.getByRole('button', { name: 'Recording of the call with Bob Stone' }).click()
      await page.getByRole('button', { name: 'Play Recording: You' }).waitFor()
      await page.getByRole('button', { name: 'Play Recording: Bob Stone' }).waitFor()
      await page.getByText('Voice mail · 0:17').waitFor()
      await page.getByText('Missed, with a message').waitFor()
      await page.getByRole('button', { name: 'Go to the message of +886912345678' }).click()
      await page.locator('.voice').first().waitFor()
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
  await still(page)
  await holds(when, async () => {
    const last = await page.locator('.call-buttons button').last().boundingBox()
    const end = await page.locator('.call-end button').boundingBox()
    assert.ok(last && end)
    assert.ok(last.y + last.height <= end.y + 1, `${when}: ${last.y + last.height} under ${end.y}`)
    assert.ok(end.y + end.height <= 760, `${when}: ${end.y + end.height} is below the screen`)
  })
}

const answerNext = async (page: Page, server: PhoneServer, from: string): Promise<void> => {
  server.ring({ from })
  await page
    .locator('.incoming button', { hasText: 'Answer' })
    .or(page.locator('.incoming .round-go'))
    .first()
    .click()
}

describe('the first day with the phone', { skip: peer('chromium').skip }, () => {
  for (const [name, { width = 1100, height = 800, loggedIn = true, before }, task] of WORKS)
    test(name, { timeout: 120_000 }, async (t) => {
      const server = await startPhoneServer({ loggedIn })
      const { context, close } = await openChromium({ viewport: { width, height } })
      context.setDefaultTimeout(30_000)
      t.after(close)
      t.after(() => server.close())
      const page = await context.newPage()
      if (before) await page.addInitScript(before)
      await page.goto(server.url)
      await task(page, server)
    })
})
