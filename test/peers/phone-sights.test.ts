import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { type Browser, openChromium } from '../support/chromium.ts'
import { peer } from '../support/peers.ts'
import { type PhoneServer, startPhoneServer } from '../support/phone-server.ts'
import { holds, until } from '../support/wait.ts'

const LONG = 'Wolfeschlegelsteinhausenbergerdorff-Hubert Blaine Adolph Charles David Earl Frederick Gerald'
const BOOK = {
  groups: [
    {
      name: '',
      entries: [
        { name: LONG, tel: '1002', blf: true },
        { name: '王小明', tel: '1010', blf: true },
      ],
    },
  ],
}

/** What a look at the page found wrong once. */
describe('to be seen in the phone', { skip: peer('chromium').skip }, () => {
  let server: PhoneServer
  let browser: Browser
  let page: Page
  before(async () => {
    server = await startPhoneServer()
    browser = await openChromium({ viewport: { width: 1360, height: 860 } })
    browser.context.setDefaultTimeout(30_000)
    page = await browser.context.newPage()
    await page.route('**/phone/api/phone-book', (route) => route.fulfill({ json: BOOK }))
  })
  after(async () => {
    await browser?.close()
    await server?.close()
  })
  const show = async (hash: string, width: number, height: number): Promise<void> => {
    await page.setViewportSize({ width, height })
    await page.evaluate(`location.hash = ${JSON.stringify(`#/${hash}`)}`)
  }
  const see = <T>(script: string): Promise<T> => page.evaluate<T>(script)
  beforeEach(async () => {
    await page.setViewportSize({ width: 1360, height: 860 })
    await page.goto(server.url)
    await page.getByText('Ready').waitFor()
  })

  test('people without a group have no heading and no region without a name', async () => {
    await page.locator('.person').first().waitFor()
    assert.equal(await page.locator('.group h3').count(), 0)
    assert.equal(await page.locator('.group').first().getAttribute('aria-label'), null)
  })

  test('a name that nobody has calls nobody, and says so', async () => {
    await page.locator('.person').first().waitFor()
    for (const name of ['Zoë', '王大明', '王小明 1001']) {
      await page.fill('input[name=dial]', name)
      await page.keyboard.press('Enter')
      await page.getByText('Nobody of this name.').waitFor()
    }
    assert.equal(server.heard.filter(({ op }) => op === 1003).length, 0)
  })

  test('one place of the rail is where one is', async () => {
    const lit = '[...document.querySelectorAll(".rail a[aria-current]")].map((one) => one.textContent)'
    const only = (place: string) =>
      holds(`only ${place} is lit`, async () => {
        assert.deepEqual(await see(lit), [place])
      })
    await show('keys', 1360, 860)
    await page.locator('.shell-keys').waitFor()
    await only('People')
    await show('keys', 400, 860)
    await only('Keypad')
  })

  test('the newest text is shown to its end, and the window has no bar of its own', async () => {
    const left =
      '((box) => box.scrollHeight - box.clientHeight - box.scrollTop)(document.querySelector(".thread-body"))'
    const atEnd = (what: string) => until(what, async () => (await see<number>(left)) < 2)
    await show('texts/1002', 360, 520)
    await page.locator('.bubble').first().waitFor()
    await atEnd('the end of the thread')
    await holds('the width of the window', async () => {
      assert.equal(await see('document.querySelector(".thread").scrollWidth'), 360)
    })
    await page.setViewportSize({ width: 360, height: 460 })
    await atEnd('the end with less room')
    await page.locator('.thread-write textarea').fill('one more')
    await page.keyboard.press('Enter')
    await page.getByText('one more').last().waitFor()
    await atEnd('the end of the new text')
    await holds('no bar', async () => {
      assert.equal(await see('document.documentElement.scrollHeight'), 460)
    })
  })

  test('the echo that was asked first is not put through, and the page says so', async () => {
    await page.locator('.person').first().waitFor()
    await page.fill('input[name=dial]', '1002')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Transfer' }).click()
    for (const [number, echo] of [
      ['600', true],
      ['1010', false],
    ] as const) {
      await page.locator('.transfer input').fill(number)
      await page.getByRole('button', { name: 'Ask first', exact: true }).first().click()
      await page.locator('.second').waitFor()
      await holds('only people are put through', async () => {
        assert.equal(await page.getByText('The echo is not put through').count(), echo ? 1 : 0)
        assert.equal(await page.getByRole('button', { name: 'Connect them' }).isDisabled(), echo)
      })
      await page.getByRole('button', { name: /^Back to/ }).click()
      await page.getByRole('button', { name: 'Transfer' }).click()
    }
    await page.getByRole('button', { name: 'Hang up' }).click()
  })

  test('a name of any length leaves room for what can be done', async () => {
    await page.locator('.person').first().waitFor()
    await page.fill('input[name=dial]', 'wolf')
    await page.keyboard.press('Enter')
    await page.locator('.call-buttons button:not([disabled])').nth(2).waitFor()
    for (const [width, height] of [
      [1360, 860],
      [360, 640],
    ] as const) {
      await show('keys', width, height)
      await holds('room', async () => {
        const [wide, lowest, way] = await see<[number, number, number]>(
          `[innerWidth, Math.max(...[...document.querySelectorAll('.call-buttons .round-word')].map((one) => one.getBoundingClientRect().bottom)),
            document.querySelector('.call-end .round-face').getBoundingClientRect().top]`,
        )
        assert.equal(wide, width)
        assert.ok(lowest <= way, `${width}x${height}: a word at ${lowest} is behind the button at ${way}`)
        const lines = await see<number>(
          '((name) => name.clientHeight / Number.parseFloat(getComputedStyle(name).lineHeight))(document.querySelector(".call-who h2"))',
        )
        assert.ok(lines < 2.2, `${lines} lines`)
      })
    }
    await page.getByRole('button', { name: 'Hang up' }).click()
  })
})
