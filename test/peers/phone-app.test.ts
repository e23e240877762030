import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { type Browser, openChromium } from '../support/chromium.ts'
import { peer } from '../support/peers.ts'
import { type PhoneServer, startPhoneServer } from '../support/phone-server.ts'
import { until } from '../support/wait.ts'

/** The phone as an app: it opens without a network, and a closed page is told of calls. */
describe('the phone as an app', { skip: peer('chromium').skip }, () => {
  let server: PhoneServer
  let browser: Browser
  let page: Page

  before(async () => {
    server = await startPhoneServer()
    browser = await openChromium()
    browser.context.setDefaultTimeout(30_000)
    await browser.context.grantPermissions(['notifications'])
    page = await browser.context.newPage()
    await page.goto(server.url)
    await page.getByText('Ready').waitFor()
  })
  after(async () => {
    await browser?.close()
    await server?.close().catch(() => {})
  })

  test('has a manifest that browsers install', async () => {
    const session = await browser.context.newCDPSession(page)
    const { errors, data } = await session.send('Page.getAppManifest')
    assert.deepEqual(errors, [])
    const { display, icons, start_url } = JSON.parse(data ?? '{}')
    assert.deepEqual([display, start_url, icons.length], ['standalone', './', 3])
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors')
    // A private profile, as tests have, is the one reason that does not count.
    assert.deepEqual(
      installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito'),
      [],
    )
  })

  test('a push is shown with the name, in the language of the page', async () => {
    await page.evaluate('navigator.serviceWorker.ready.then(() => 1)')
    const session = await browser.context.newCDPSession(page)
    let registrationId = ''
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      registrationId = registrations[0]?.registrationId ?? registrationId
    })
    await session.send('ServiceWorker.enable')
    await until('a worker', () => registrationId !== '')
    const push = (data: string) =>
      session.send('ServiceWorker.deliverPushMessage', {
        ...{ origin: new URL(server.url).origin, registrationId, data },
      })
    const shown = () =>
      page.evaluate<string[]>(
        `navigator.serviceWorker.ready.then((one) => one.getNotifications())
          .then((all) => all.map(({ title, body, tag }) => title + ' | ' + body + ' | ' + tag))`,
      )
    await push(JSON.stringify({ kind: 'call', from: '1002', name: 'Bob Stone', atMs: 1 }))
    await until('a notification', async () =>
      (await shown()).includes('Bob Stone 1002 | Incoming call | call'),
    )
    await push('not JSON')
    await until('a notification', async () =>
      (await shown()).includes('Incoming call | Open the phone to answer. | call'),
    )
  })

  test('opens without a network, and says that the server is away', async () => {
    await until('a kept page', () =>
      page.evaluate<boolean>(
        `caches.open('shell').then((one) => one.keys()).then(({ length }) => length > 3)`,
      ),
    )
    await server.close()
    await page.reload()
    await page.getByText('The server cannot be reached.').waitFor()
  })
})
