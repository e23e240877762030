import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Registerer, RegistererState } from 'sip.js'
import { type Baresip, startBaresip } from '../support/baresip.ts'
import { freshAddress } from '../support/loopback.ts'
import { without } from '../support/peers.ts'
import { type ScriptPages, startScriptPages } from '../support/script-pages.ts'
import { DOMAIN } from '../support/tandem.ts'
import { heardMs } from '../support/tone.ts'
import { until } from '../support/wait.ts'
import { createSipJs } from '../support/web-phones.ts'
import { sipPage, startWebTown, storyOf, type WebTown } from '../support/web-town.ts'

const [ALICE, BOB] = [440, 1000]

type CallPage = { items: { state: string }[] }

describe('pages that speak SIP, and plain phones', { skip: without('chromium', 'baresip') }, () => {
  let house: WebTown
  let browser: ScriptPages
  let bob: Baresip
  before(async () => {
    house = await startWebTown(['alice', 'bob', 'carol'])
    browser = await startScriptPages()
    bob = await startBaresip({
      ...{ address: freshAddress(), user: 'bob', domain: DOMAIN, authUser: `bob@${DOMAIN}` },
      ...{ password: 'secret-of-bob', registrar: `127.0.0.1:${house.ports.sip}`, hertz: BOB },
    })
    await bob.registered()
  })
  after(async () => {
    await bob?.stop()
    await browser?.close()
    await house?.stop()
  })

  const bobHears = (hertz: number) => {
    const before = heardMs(bob.heard().at(-1) ?? new Int16Array(0), hertz)
    return until(
      `bob hears ${hertz} Hz`,
      () => heardMs(bob.heard().at(-1) ?? new Int16Array(0), hertz) >= before + 1000,
    )
  }
  const isOver = () =>
    until('no call is left', async () =>
      (await house.rest<CallPage>('/calls?limit=100')).items.every(({ state }) => state === 'ended'),
    )

  for (const client of ['sip-client', 'jssip-client'] as const) {
    const story = (what: string, tell: (alice: Awaited<ReturnType<typeof sipPage>>) => Promise<void>) =>
      test(`${client === 'sip-client' ? 'SIP.js' : 'JsSIP'}: ${what}`, async () => {
        const alice = await sipPage(browser, house, { user: 'alice', hertz: ALICE }, client)
        try {
          await tell(alice)
          await isOver()
        } catch (fault) {
          throw new Error(`${(fault as Error).message}\n${await storyOf(house, browser, alice)}`)
        } finally {
          await alice.page.close()
        }
      })

    story('hears itself at the echo service', async (alice) => {
      await alice.call('600')
      await alice.answered()
      await alice.hears(ALICE)
      await alice.hangUp()
    })

    story('calls baresip, holds, and goes on', async (alice) => {
      const from = bob.events.length
      await alice.call('bob')
      await alice.answered()
      await Promise.all([alice.hears(BOB), bobHears(ALICE)])
      await alice.hold(true)
      await alice.silent()
      await alice.hold(false)
      await alice.hears(BOB)
      await alice.hangUp()
      await bob.event('CALL_CLOSED', { from })
    })

    story('is called by baresip, which holds, goes on and hangs up', async (alice) => {
      await bob.command('dial', `sip:alice@${DOMAIN}`)
      await alice.answered()
      await Promise.all([alice.hears(BOB), bobHears(ALICE)])
      await bob.command('hold')
      await alice.silent()
      await bob.command('resume')
      await alice.hears(BOB)
      await bob.command('hangup')
      await alice.over()
    })
  }

  test('a caller gives up while the page rings, and can call again', async () => {
    const alice = await sipPage(
      browser,
      house,
      { user: 'alice', hertz: ALICE, answers: false },
      'jssip-client',
    )
    await bob.command('dial', `sip:alice@${DOMAIN}`)
    await alice.says('ringing')
    await bob.command('hangup')
    await alice.over()
    await isOver()
    assert.equal((await alice.heard()).filter(({ op }) => op === 'hangup').length, 1)
    await alice.page.close()
  })

  test('a program with plain RTP at the same door is rung again as what it is', async (t) => {
    const offers: string[] = []
    const program = createSipJs(
      {
        ...{ server: house.ws, user: 'carol', domain: DOMAIN, authUser: `carol@${DOMAIN}` },
        password: 'secret-of-carol',
      },
      {
        onInvite: (invitation) => {
          const profile = /^m=audio \d+ (\S+)/m.exec(invitation.body ?? '')?.[1] ?? ''
          offers.push(profile)
          if (profile === 'RTP/AVP') void invitation.accept()
          else void invitation.reject({ statusCode: 488 })
        },
      },
    )
    t.after(() => program.stop())
    await program.start()
    const registerer = new Registerer(program)
    await registerer.register()
    await until('carol is registered', () => registerer.state === RegistererState.Registered)
    for (const profiles of [['UDP/TLS/RTP/SAVPF', 'RTP/AVP'], ['RTP/AVP']]) {
      offers.length = 0
      const from = bob.events.length
      await bob.command('dial', `sip:carol@${DOMAIN}`)
      await bob.event('CALL_ESTABLISHED', { from })
      await bob.command('hangup')
      await bob.event('CALL_CLOSED', { from })
      await isOver()
      assert.deepEqual(offers, profiles)
    }
  })

  test('two pages of different libraries', async () => {
    const alice = await sipPage(browser, house, { user: 'alice', hertz: ALICE }, 'jssip-client')
    const carol = await sipPage(browser, house, { user: 'carol', hertz: 700 })
    await carol.call('alice')
    await Promise.all([alice.hears(700), carol.hears(ALICE)])
    await alice.hangUp()
    await carol.over()
    await isOver()
    await Promise.all([alice.page.close(), carol.page.close()])
  })
})
