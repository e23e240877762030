import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startBaresip } from '../support/baresip.ts'
import { keptOf } from '../support/kept.ts'
import { freshAddress } from '../support/loopback.ts'
import { without } from '../support/peers.ts'
import { playedBy } from '../support/played.ts'
import { type ScriptPages, startScriptPages } from '../support/script-pages.ts'
import { DOMAIN } from '../support/tandem.ts'
import { decodeWav, heardMs } from '../support/tone.ts'
import { sleep, until } from '../support/wait.ts'
import { newPage, startWebTown, storyOf, type WebTown } from '../support/web-town.ts'

const [ALICE, BOB, CAROL] = [440, 1000, 700]

const near = (heard: number | undefined, hertz: number): void =>
  assert.ok(heard !== undefined && Math.abs(heard - hertz) < 25, `${heard} Hz for ${hertz}`)

describe('what is said is kept', { skip: without('chromium', 'baresip') }, () => {
  let house: WebTown
  let browser: ScriptPages
  before(async () => {
    house = await startWebTown(['alice', 'bob', 'carol', 'dora'])
    browser = await startScriptPages()
  })
  after(async () => {
    await browser?.close()
    await house?.stop()
  })
  const aBaresip = async () => {
    const bob = await startBaresip({
      ...{ address: freshAddress(), user: 'bob', domain: DOMAIN, authUser: `bob@${DOMAIN}` },
      ...{ password: 'secret-of-bob', registrar: `127.0.0.1:${house.ports.sip}`, hertz: BOB },
    })
    await bob.registered()
    return bob
  }

  test('baresip leaves a message for who is not there', async (context) => {
    const bob = await aBaresip()
    context.after(() => bob.stop())
    await bob.command('dial', `sip:dora@${DOMAIN}`)
    const beeped = () => heardMs(bob.heard().at(-1) ?? new Int16Array(0), 1000) >= 200
    await until('the beep', beeped)
    await sleep(3000)
    await bob.command('hangup')
    const kept = await keptOf(house, 'dora')
    await until('the message', async () => (await kept.messages()).length === 1)
    const [message] = await kept.messages()
    assert.match(message?.from ?? '', /bob/)
    const samples = decodeWav(await kept.message(message?.id ?? ''))
    assert.ok(heardMs(samples, BOB) >= 2000, `${message?.ms} ms, ${heardMs(samples, BOB)} of it the tone`)
  })

  test('so does a browser, which hears the greeting and ends with a key', async (context) => {
    const carol = await newPage(browser, house, { user: 'carol', hertz: CAROL })
    context.after(() => carol.page.close())
    const kept = await keptOf(house, 'dora')
    const before = (await kept.messages()).length
    try {
      await carol.call('dora')
      await carol.until(9004, { state: '2' })
      await carol.hears(1000)
      await carol.silent()
      await sleep(3500)
      await carol.say(1012, { cid: await carol.cid(), dtmf: '#' })
      await carol.until(9004, { state: '0' })
      await until('the message', async () => (await kept.messages()).length === before + 1)
      const message = (await kept.messages()).find(({ from }) => from.includes('carol'))
      const samples = decodeWav(await kept.message(message?.id ?? ''))
      assert.ok(
        heardMs(samples, CAROL) >= 1600,
        `${message?.ms} ms, ${heardMs(samples, CAROL)} of it the tone`,
      )
    } catch (fault) {
      throw new Error(`${(fault as Error).message}\n${await storyOf(house, browser, carol)}`)
    }
  })

  test('a browser records its call with baresip: one file, a side an ear', async (context) => {
    const bob = await aBaresip()
    const alice = await newPage(browser, house, { user: 'alice', hertz: ALICE })
    context.after(() => Promise.all([bob.stop(), alice.page.close()]))
    try {
      await alice.call('bob')
      await alice.until(9004, { state: '2' })
      await alice.hears(BOB)
      const cid = await alice.cid()
      const begun = performance.now()
      await alice.say(1013, { cid, rec: '1' })
      await alice.until(9014, { rec: '1' })
      await sleep(3000)
      await alice.say(1013, { cid, rec: '0' })
      await alice.until(9014, { rec: '0' })
      const most = (performance.now() - begun) / 1000 + 0.5
      await alice.say(1010, { cid })
      const kept = await keptOf(house, 'alice')
      await until('the recording', async () => (await kept.recordings()).length === 1)
      const [one] = await kept.recordings()
      assert.equal(one?.type, 'audio/wav')
      const heard = await playedBy(alice.page, await kept.recording(one?.id ?? ''))
      assert.ok(heard.seconds > 2.5 && heard.seconds < most, `${heard.seconds} s of ${most}`)
      near(heard.hertz[0], ALICE)
      near(heard.hertz[1], BOB)
    } catch (fault) {
      throw new Error(`${(fault as Error).message}\n${await storyOf(house, browser, alice)}`)
    }
  })

  test('of two browsers each has a file of its own, in Opus', async (context) => {
    const alice = await newPage(browser, house, { user: 'alice', hertz: ALICE })
    const carol = await newPage(browser, house, { user: 'carol', hertz: CAROL })
    context.after(() => Promise.all([alice.page.close(), carol.page.close()]))
    try {
      await carol.call('alice')
      await carol.until(9004, { state: '2' })
      await carol.hears(ALICE)
      const cid = await carol.cid()
      const begun = performance.now()
      await carol.say(1013, { cid, rec: '1' })
      await carol.until(9014, { rec: '1' })
      await sleep(3000)
      await carol.say(1010, { cid })
      const kept = await keptOf(house, 'carol')
      await until('the recordings', async () => (await kept.recordings()).length === 2)
      const files = await kept.recordings()
      const most = (performance.now() - begun) / 1000 + 0.5
      const tones: number[] = []
      for (const { id, type } of files) {
        assert.equal(type, 'audio/ogg')
        const { seconds, hertz } = await playedBy(alice.page, await kept.recording(id))
        assert.ok(seconds > 2.5 && seconds < most, `${seconds} s of ${most}`)
        tones.push(hertz[0] ?? 0)
      }
      tones.sort((a, b) => a - b)
      near(tones[0], ALICE)
      near(tones[1], CAROL)
    } catch (fault) {
      throw new Error(`${(fault as Error).message}\n${await storyOf(house, browser, alice, carol)}`)
    }
  })
})
