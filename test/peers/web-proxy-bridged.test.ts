import { test } from 'node:test'
import { type Baresip, startBaresip } from '../support/baresip.ts'
import { startKamailio } from '../support/kamailio.ts'
import { freshAddress } from '../support/loopback.ts'
import { without } from '../support/peers.ts'
import { freePort } from '../support/ports.ts'
import { startScriptPages } from '../support/script-pages.ts'
import { logOf, MEDIA_PORTS, mediaOf } from '../support/tandem.ts'
import { heardMs } from '../support/tone.ts'
import { blind, startCapture } from '../support/tshark.ts'
import { sleep, until } from '../support/wait.ts'
import { startProxyTown } from '../support/web-proxy.ts'
import { oldPage } from '../support/web-town.ts'

const account = { domain: 'pbx.test', password: 'shared' }

test('a Kamailio that lets nobody refer: the house joins the two calls', {
  skip: without('kamailio', 'baresip', 'chromium') || blind,
}, async () => {
  const edge = { address: freshAddress(), port: 0 }
  edge.port = await freePort(edge.address)
  const pbx = await startKamailio('registrar', { ...edge, ...account, refer: 'refused' })
  const phone = (user: string, hertz: number) =>
    startBaresip({
      ...{ user, authUser: user, ...account, hertz, answer: 'auto', address: freshAddress() },
      registrar: `${edge.address}:${edge.port}`,
    })
  const [bob, carol] = [await phone('bob', 1000), await phone('carol', 700)]
  for (const one of [bob, carol]) await one.registered()
  const house = await startProxyTown(edge.port, { address: edge.address, domain: account.domain })
  const isOfHouse = (port: number) => port >= house.ports.media && port < house.ports.media + MEDIA_PORTS
  const hears = (one: Baresip, hertz: number) =>
    until(`${hertz} Hz is heard`, () => heardMs(one.heard().at(-1) ?? new Int16Array(0), hertz) >= 1000)
  const browser = await startScriptPages()
  try {
    const alice = await oldPage(browser, house.wss, { user: 'alice', hertz: 440, password: account.password })
    await alice.call('bob')
    await alice.until(9004, { state: '2' })
    await hears(bob, 440)
    const cid = await alice.cid()
    await alice.say(1008, { cid, rto: 'carol' })
    await alice.until(9007, { state: '2' })
    await alice.hears(700)
    await alice.forget()
    await alice.say(1010, { cid })
    await alice.until(9004, { cid, state: '0', cause: '200' })
    await until('the exchange refused', () => / FROM \S+ SIP\/2\.0 603 /.test(logOf(house, 8000)))
    await hears(carol, 1000)
    // What bob is sent is heard on the wire: his baresip writes no more down after it was held.
    await until('carol is sent on to bob', async () => {
      const capture = await startCapture(mediaOf(house))
      await sleep(1600)
      const sounds = await capture.sounds([])
      return sounds.some(({ fromPort, samples }) => isOfHouse(fromPort) && heardMs(samples, 700) >= 1000)
    })
    const from = carol.events.length
    await bob.command('hangup')
    await carol.event('CALL_CLOSED', { from: Math.max(0, from - 1) })
  } catch (fault) {
    throw new Error(`${(fault as Error).stack}\n${logOf(house, 300)}`)
  } finally {
    await browser.close()
    for (const one of [bob, carol, house, pbx]) await one.stop()
  }
})
