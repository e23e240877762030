import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { chromiumPath } from '../support/chromium.ts'
import { aTonePhone } from '../support/tone-phone.ts'
import { until } from '../support/wait.ts'
import { aWebEngine, CALLEE_AT, CALLER_AT, given } from '../support/web-engine.ts'
import { aWebBrowser, type PagePlan, type WebPagePhone } from '../support/web-page.ts'

const skip = chromiumPath ? false : 'chromium is not installed (tools/peers.sh installs it)'
const near = (hertz: number, wanted: number): boolean => Math.abs(hertz - wanted) < 25
const hears = (page: WebPagePhone, hertz: number) =>
  until(`${hertz} Hz`, async () => near(await page.heard(), hertz), { timeoutMs: 40_000, everyMs: 100 })
const sees = (page: WebPagePhone) =>
  until('a moving picture', async () => (await page.seen())[1] > 10, { timeoutMs: 40_000, everyMs: 100 })

/** Real browsers at the engine alone, without any signalling: what each codec, role and restart makes of it. */
describe('Chromium at the media engine', { skip }, () => {
  let browser: Awaited<ReturnType<typeof aWebBrowser>>
  let engine: Awaited<ReturnType<typeof aWebEngine>>
  before(async () => {
    ;[browser, engine] = await Promise.all([aWebBrowser(), aWebEngine()])
  })
  after(async () => {
    await Promise.all([browser?.close(), engine?.media.close()])
  })

  const pairs: [what: string, plan: Omit<PagePlan, 'hertz'>][] = [
    ['Opus and VP8', { audio: ['opus', 'telephone-event'], video: ['vp8'] }],
    [
      'PCMU and H.264, with an answerer that waits for our handshake',
      { audio: ['pcmu'], video: ['h264'], passive: true },
    ],
    ['G.722 alone', { audio: ['g722', 'telephone-event'] }],
  ]
  for (const [what, plan] of pairs)
    test(`two pages speak ${what}`, async () => {
      const { media } = engine
      const [call, one, two] = [`call ${what}`, `one ${what}`, `two ${what}`]
      const [a, b] = await Promise.all([browser.page(), browser.page()])
      const at = { ...CALLER_AT, ...CALLEE_AT, callerWeb: one, calleeWeb: two }
      const offered = given(await media.offer(call, 'caller', await a.offer({ ...plan, hertz: 700 }), at))
      const answer = await b.answer(offered, { ...plan, hertz: 1100 })
      await a.answered(given(await media.answer(call, 'callee', answer, { web: two })))
      await Promise.all([hears(a, 1100), hears(b, 700)])
      if (plan.video) await Promise.all([sees(a), sees(b)])
      const [stats] = await media.stats(call, 'callee')
      assert.equal(stats?.lost, 0)
      media.close(call)
      for (const web of [one, two]) media.leave(web)
      await Promise.all([a.close(), b.close()])
    })

  test('a telephone calls a page, keys are heard, and ICE begins anew', async () => {
    const { media, told } = engine
    const phone = await aTonePhone('PCMA', 1000)
    const page = await browser.page()
    const at = { ...CALLER_AT, ...CALLEE_AT, calleeWeb: 'restarts' }
    const offered = given(await media.offer('phone', 'caller', phone.description(), at))
    const answer = await page.answer(offered, { hertz: 700 })
    phone.hum(given(await media.answer('phone', 'callee', answer, { web: 'restarts' })))
    await hears(page, 1000)
    await until('the page is heard', () => phone.hears(700))
    await page.press('5')
    await until('the key', () => phone.keys().length > 0)
    assert.equal(phone.keys()[0]?.event, 5)
    await until('the key is told of', () =>
      told.some(({ op, values }) => op === 'onDtmf' && values[2] === '5'),
    )
    await page.answered(
      given(await media.refresh('restarts', await page.offer({ hertz: 700, restart: true }))),
    )
    phone.deafen()
    await until('the page is heard again', () => phone.hears(700))
    await hears(page, 1000)
    media.close('phone')
    media.leave('restarts')
    phone.close()
    await page.close()
  })

  test('a page that is told of a telephone late speaks what that one can', async () => {
    const { media } = engine
    const phone = await aTonePhone('PCMA', 1000)
    const page = await browser.page()
    const asked = given(await media.ask('late', { video: false, address: '127.0.0.1' }))
    const said = await page.answer(asked, { hertz: 700 })
    const at = { ...CALLER_AT, ...CALLEE_AT, calleeWeb: 'late' }
    const told = given(await media.offer('late call', 'callee', said, at))
    given(await media.answer('late call', 'caller', phone.description()))
    phone.hum(told)
    await hears(page, 1000)
    await until('the page is heard', () => phone.hears(700))
    media.close('late call')
    media.leave('late')
    phone.close()
    await page.close()
  })

  test('a page that stops its picture at each offer is offered it in the same place, and sees when it wants to', async () => {
    const { media } = engine
    const [one, two] = [await browser.page(), await browser.page()]
    const at = { ...CALLER_AT, ...CALLEE_AT, callerWeb: 'stops', calleeWeb: 'shows' }
    const offered = given(await media.offer('stopping', 'caller', await one.offer({ hertz: 700 }), at))
    const answer = await two.answer(offered, { hertz: 1100 })
    await one.answered(given(await media.answer('stopping', 'callee', answer, { web: 'shows' })))
    await hears(one, 1100)
    for (let round = 0; round < 20; round++) {
      const asked = given(await media.ask('stops', { video: true, address: '127.0.0.1' }))
      assert.equal(asked.match(/^m=/gm)?.length, 2)
      given(await media.refresh('stops', await one.answer(asked, { hertz: 700 })))
      const stopped = await one.offer({ hertz: 700, blind: true })
      assert.match(stopped, /^m=video 0 /m)
      await one.answered(given(await media.refresh('stops', stopped)))
    }
    const asked = given(await media.ask('stops', { video: true, address: '127.0.0.1' }))
    const agreed = await one.answer(asked, { hertz: 700, video: true })
    assert.match(agreed, /^m=video 9 /m)
    assert.match(agreed, /^a=mid:video\d+\r\na=sendrecv/m)
    given(await media.refresh('stops', agreed))
    await hears(one, 1100)
    media.close('stopping')
    for (const web of ['stops', 'shows']) media.leave(web)
    await Promise.all([one.close(), two.close()])
  })
})
