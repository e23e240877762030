import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { freshAddress } from '../support/loopback.ts'
import { without } from '../support/peers.ts'
import { openPhone, type PhonePage } from '../support/phone-pages.ts'
import { playedBy } from '../support/played.ts'
import { freePort } from '../support/ports.ts'
import { startRtpengine } from '../support/rtpengine.ts'
import { startSipp } from '../support/sipp.ts'
import { DOMAIN, logOf, md5User, startTandem, type Tandem } from '../support/tandem.ts'
import { sleep, until } from '../support/wait.ts'

/** The built-in phone where media go by rtpengine: each person hums a tone, and the others must hear that one. */
describe('the built-in phone by rtpengine', { skip: without('rtpengine', 'chromium') }, () => {
  let server: Awaited<ReturnType<typeof startRtpengine>>
  let house: Tandem
  let [alice, bob, carol] = [] as PhonePage[] as [PhonePage, PhonePage, PhonePage]
  before(async () => {
    server = await startRtpengine()
    house = await startTandem({
      config: {
        security: { exempt: ['127.0.0.0/8'] },
        media: { engine: 'rtpengine', servers: [`127.0.0.1:${server.port}`] },
        webphone: { ws_addr: '127.0.0.1:0', wss_addr: '', phone_http_addr: '', phone_https_addr: '' },
        ue_db: [
          md5User('1001', 'wonder', '1001'),
          md5User('1002', 'builder', '1002'),
          md5User('1003', 'singer', '1003'),
        ],
      },
    })
    ;[alice, bob, carol] = await Promise.all([
      openPhone(house, { user: '1001', password: 'wonder', hertz: 440 }),
      openPhone(house, { user: '1002', password: 'builder', hertz: 700 }),
      openPhone(house, { user: '1003', password: 'singer', hertz: 1000 }),
    ])
  })
  after(async () => {
    await Promise.all([alice, bob, carol].map((one) => one?.close()))
    await house?.stop()
    await server?.stop()
  })

  /** What a failed step says: everybody's side of it. */
  const told = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (fault) {
      const pages = [alice, bob, carol].map(({ lines }) => lines.splice(0).join('\n'))
      const story = [
        (fault as Error).message,
        ...pages,
        logOf(house).slice(-60_000),
        server.output().slice(-20_000),
      ]
      throw new Error(story.join('\n----\n'))
    }
  }
  const talk = async (): Promise<void> => {
    await alice.dial('1002')
    await bob.takes()
    await Promise.all([alice.hears(700), bob.hears(440)])
  }
  /** Bob is out of the call, and Carol in his place, until she or Alice ends it. */
  const joined = async (ends: PhonePage, stays: PhonePage): Promise<void> => {
    await bob.quiet()
    await Promise.all([alice.hears(1000), carol.hears(440)])
    await ends.press('Hang up')
    await stays.quiet()
  }

  test('a blind transfer: who stays and who comes hear each other', () =>
    told(async () => {
      await talk()
      await bob.sends('1003', 'Transfer now')
      await carol.takes()
      await joined(alice, carol)
    }))

  test('an attended one, with a word to each before', () =>
    told(async () => {
      await talk()
      await bob.sends('1003', 'Ask first')
      await carol.takes()
      await Promise.all([bob.hears(1000), carol.hears(700)])
      await bob.press('Connect them')
      await joined(carol, alice)
    }))

  test('pictures come, and go', () =>
    told(async () => {
      await talk()
      await alice.press('Video')
      await bob.sees()
      await bob.press('Video')
      await alice.sees()
      await alice.press('Stop video')
      await alice.page.getByRole('button', { name: 'Video', exact: true }).waitFor()
      await Promise.all([alice.hears(700), bob.hears(440)])
      await alice.press('Hang up')
      await bob.quiet()
    }))

  test('a recording has both voices', () =>
    told(async () => {
      await talk()
      await alice.press('Record')
      await alice.page.getByRole('button', { name: 'Stop recording' }).waitFor()
      await sleep(3000)
      await alice.press('Hang up')
      await bob.quiet()
      const api = `${new URL(alice.page.url()).origin}/phone/api/recordings`
      const { request } = alice.page.context()
      const list = async (): Promise<{ id: string }[]> => (await (await request.get(api)).json()).recordings
      await until('the recordings', async () => (await list()).length === 2)
      const tones: number[] = []
      for (const { id } of await list()) {
        const { seconds, hertz } = await playedBy(
          alice.page,
          await (await request.get(`${api}/${id}/audio`)).body(),
        )
        assert.ok(seconds > 2, `${seconds} s`)
        tones.push(Math.round((hertz[0] ?? 0) / 20) * 20)
      }
      assert.deepEqual(
        tones.sort((a, b) => a - b),
        [440, 700],
      )
    }))

  test('to the echo, which the house serves itself, and back', () =>
    told(async () => {
      await talk()
      await alice.sends('600', 'Ask first')
      await alice.hears(440)
      await alice.press('Back to 1002')
      await Promise.all([alice.hears(700), bob.hears(440)])
      await alice.press('Hang up')
      await bob.quiet()
    }))

  test(
    'a telephone that calls without an offer, and sends back what it hears',
    { skip: without('sipp') },
    () =>
      told(async () => {
        const address = freshAddress()
        const sipp = await startSipp({
          ...{
            scenario: 'call-late',
            to: `127.0.0.1:${house.ports.sip}`,
            address,
            port: await freePort(address),
          },
          words: {
            ...{
              user: '1002',
              callee: '1001',
              domain: DOMAIN,
              auth_user: `1002@${DOMAIN}`,
              password: 'builder',
            },
            talk_ms: 15_000,
          },
          args: ['-rtp_echo', '-mp', `${await freePort(address)}`],
          timeoutSeconds: 60,
        })
        await alice.takes()
        await alice.hears(440)
        const { passed, report } = await sipp.done
        assert.ok(passed, report)
        await alice.quiet()
      }),
  )

  test('a page that is reloaded finds its call again', () =>
    told(async () => {
      await talk()
      await bob.page.reload()
      await bob.hears(440)
      await alice.hears(700)
      await bob.press('Hang up')
      await alice.quiet()
    }))
})
