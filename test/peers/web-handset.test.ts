import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Sim, simUser, startHandset } from '../support/handset.ts'
import { peer } from '../support/peers.ts'
import { freePort } from '../support/ports.ts'
import { type Program, startProgram } from '../support/program.ts'
import { type ScriptPages, startScriptPages } from '../support/script-pages.ts'
import { DOMAIN, logOf, md5User, node } from '../support/tandem.ts'
import { sleep, until } from '../support/wait.ts'
import { socketClient } from '../support/web-socket-client.ts'
import { newPage, oldPage, startWebTown, type WebTown } from '../support/web-town.ts'

const DORA: Sim = { imsi: '001010000000001', k: '11'.repeat(16), opc: '22'.repeat(16), auth: 'AKAv1-MD5' }
const NUMBER = '+4930444'
const [ALICE, HANDSET] = [440, 1000]
const GOIP_PASSWORD = 'password-of-goip'
const main = join(import.meta.dirname, '../../src/main.ts')

describe('a browser, a simulated VoLTE handset, and a SIM card in a simulated GoIP', () => {
  let house: WebTown
  let goip: number
  before(async () => {
    goip = await freePort()
    house = await startWebTown(['alice'], {
      ue_db: [
        { ...md5User('alice', 'secret-of-alice'), impu: ['alice', 'tel:+4930111'] },
        simUser(DORA, DOMAIN, NUMBER),
      ],
      goip: {
        addr: `127.0.0.1:${goip}`,
        lines: [{ id: 'goip1', password: GOIP_PASSWORD, number: '+15550100201', device: 'box1' }],
      },
      routes: [{ name: 'out by SIM', match: { kind: 'message', to: '^\\+1555' }, to: ['gateway:box1'] }],
    })
  })
  after(async () => void (await house?.stop()))

  const handset = (what: string[]): Program =>
    startHandset(`127.0.0.1:${house.ports.sip}`, DOMAIN, DORA, what)
  const good = async (program: Program): Promise<string> => {
    const { code } = await program.ended
    assert.equal(code, 0, `${program.output()}\n${logOf(house)}`)
    return program.output()
  }

  describe('talking', { skip: peer('chromium').skip }, () => {
    let browser: ScriptPages
    before(async () => {
      browser = await startScriptPages()
    })
    after(async () => void (await browser?.close()))

    test('the handset calls an old client', async () => {
      const alice = await oldPage(browser, house.wss, { user: 'alice', hertz: ALICE })
      const dora = handset([
        '--call',
        'alice',
        '--seconds',
        '8',
        '--tone',
        `${HANDSET}`,
        '--hear',
        `${ALICE}`,
      ])
      await alice.until(9004, { state: '2' })
      await alice.hears(HANDSET)
      await good(dora)
      await alice.until(9004, { state: '0' })
      await alice.page.close()
    })

    test('a new client calls the handset by its number, and presses keys', async () => {
      const alice = await newPage(browser, house, { user: 'alice', hertz: ALICE })
      const dora = handset(['--answer', '200', '--calls', '1', '--tone', `${HANDSET}`, '--hear', `${ALICE}`])
      await dora.waitFor(/waiting for calls/)
      await alice.call(NUMBER)
      await alice.until(9004, { state: '2' })
      await alice.hears(HANDSET)
      const cid = await alice.cid()
      for (const dtmf of ['1', '#']) await alice.say(1012, { cid, dtmf })
      await until(
        'both keys are taken',
        async () => (await alice.heard()).filter(({ op }) => op === '2012').length === 2,
      )
      // They have a tone of their own to be sent in.
      await sleep(3000)
      await alice.say(1010, { cid })
      assert.match(await good(dora), /keys 1#/)
      await alice.page.close()
    })
  })

  test('texts go both ways between the handset and a browser', async () => {
    const alice = await socketClient(house, 'alice', 'json')
    const dora = handset(['--text', 'alice:Grüße vom Handy', '--texts', '1'])
    const text = await alice.next(9005)
    assert.deepEqual([text.msg, text.direction], ['Grüße vom Handy', 'in'])
    alice.say(1018, { id: text.id })
    alice.say(1009, { to: NUMBER, mid: 'm1', msg: 'Grüße zurück' })
    await alice.next(9006, { mid: 'm1', state: 'delivered' })
    assert.match(await good(dora), /Grüße zurück/)
    alice.close()
  })

  test('texts go both ways between a SIM card and a browser', async () => {
    const alice = await socketClient(house, 'alice', 'json')
    const box = startProgram(node, [
      ...[main, 'sim', 'goip', '--server', `127.0.0.1:${goip}`, '--id', 'goip1', '--password', GOIP_PASSWORD],
      ...['--fast', '--reply', 'got: %', '--seconds', '120'],
    ])
    await box.waitFor(/registered/)
    alice.say(1009, { to: '+15550100900', mid: 'm1', msg: 'hello SIM' })
    await alice.next(9006, { mid: 'm1', state: 'sent' })
    const text = await alice.next(9005, { direction: 'in' })
    assert.deepEqual([text.msg, text.from], ['got: hello SIM', '+15550100900'])
    alice.say(1018, { id: text.id })
    alice.close()
    await box.stop()
  })
})
