import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { seriousFindings, withAxe } from '../support/axe.ts'
import { type Browser, openChromium } from '../support/chromium.ts'
import { peer } from '../support/peers.ts'
import { logOf, md5User, startTandem, type Tandem } from '../support/tandem.ts'

const WIDGET = join(import.meta.dirname, '../../web/dist/click-to-call.js')

test('the widget is one file of at most 30 kB gzip', () => {
  assert.ok(gzipSync(readFileSync(WIDGET)).length <= 30_000)
})

/** A web site of somebody else that has the button on its page. */
const startSite = async (
  host: string,
): Promise<{ server: Server; origin: string; show(html: string): void }> => {
  let body = ''
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(`<!doctype html><html lang="en"><title>Shop</title><main><h1>Shop</h1>${body}</main></html>`)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const origin = `http://${host}:${(server.address() as AddressInfo).port}`
  return {
    ...{ server, origin },
    show: (html) => {
      body = html
    },
  }
}

describe('click to call from another site', { skip: peer('chromium').skip }, () => {
  let house: Tandem
  let browser: Browser
  let site: Awaited<ReturnType<typeof startSite>>
  let other: Awaited<ReturnType<typeof startSite>>

  before(async () => {
    site = await startSite('127.0.0.1')
    // Another port of the same host is the house itself: phone, console and WebSocket have one each.
    other = await startSite('localhost')
    house = await startTandem({
      config: {
        security: { exempt: ['127.0.0.0/8'] },
        webphone: { ws_addr: '127.0.0.1:0', wss_addr: '', phone_http_addr: '', phone_https_addr: '' },
        click_to_call: { enabled: true, tel: '2000', allow: ['600', '1002'], origins: [site.origin] },
        mailbox: { enabled: 'off' },
        ue_db: [md5User('2000', 'visitors', '2000'), md5User('1002', 'absent', '1002')],
      },
    })
    browser = await openChromium()
    browser.context.setDefaultTimeout(40_000)
    await withAxe(browser.context)
    const server = `http://127.0.0.1:${house.ports.http}`
    for (const { show } of [site, other])
      show(
        `<script src="${server}/click-to-call/widget.js"></script><tandem-call to="600" label="Ask us"></tandem-call>
         <tandem-call to="1001" id="forbidden"></tandem-call>
         <tandem-call to="1002" id="absent"></tandem-call>
         <div lang="zh-Hant"><tandem-call to="1001" id="chinese"></tandem-call></div>`,
      )
  })
  after(async () => {
    await browser?.close()
    await house?.stop()
    for (const one of [site, other]) one?.server.close()
  })

  const open = async (origin: string): Promise<Page> => {
    const page = await browser.context.newPage()
    await page.goto(origin)
    return page
  }

  test('a visitor calls, hears, and hangs up, by keyboard as well', async (t) => {
    t.after(() => t.diagnostic(logOf(house, 12)))
    const page = await open(site.origin)
    const button = page.getByRole('button', { name: 'Ask us' })
    await button.waitFor()
    assert.deepEqual(await seriousFindings(page), [])
    await button.focus()
    await page.keyboard.press('Enter')
    await page.getByText(/^\d:\d\d$/).waitFor()
    assert.deepEqual(await seriousFindings(page), [])
    await page.waitForTimeout(6000)
    assert.equal(await page.getByText('Nothing is heard from the other side.').count(), 0)
    await page.getByRole('button', { name: 'Mute', exact: true }).click()
    await page.getByRole('button', { name: 'Unmute' }).waitFor()
    await page.getByRole('button', { name: 'Hang up' }).click()
    await page.getByText('Call ended').waitFor()
    await page.close()
  })
  test('a number that is not for visitors is refused in words', async () => {
    const page = await open(site.origin)
    for (const [id, words] of [
      ['forbidden', 'This number cannot be called from here.'],
      ['absent', 'Nobody can be reached at the moment. Try again later.'],
      ['chinese', '無法從此處撥打這個號碼。'],
    ] as const) {
      await page.locator(`#${id} button`).click()
      await page.locator(`#${id} [role=alert]`).getByText(words, { exact: true }).waitFor()
    }
    await page.close()
  })
  test('a site that is not on the list gets no call', async () => {
    const page = await open(other.origin)
    await page.getByRole('button', { name: 'Ask us' }).click()
    // Its browser keeps the answer from it.
    await page.getByText('The telephone server cannot be reached from this page.').waitFor()
    await page.close()
  })
})
