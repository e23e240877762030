import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Baresip, startBaresip } from '../support/baresip.ts'
import { freshAddress } from '../support/loopback.ts'
import { without } from '../support/peers.ts'
import { freePort } from '../support/ports.ts'
import { type Program, run, startProgram } from '../support/program.ts'
import { runSipp, startSipp } from '../support/sipp.ts'
import { DOMAIN, md5User, node, startTandem, type Tandem } from '../support/tandem.ts'
import { heardMs } from '../support/tone.ts'
import { blind, type Capture, startCapture } from '../support/tshark.ts'
import { sleep, until } from '../support/wait.ts'

const main = join(import.meta.dirname, '../../src/main.ts')
const FILE = [
  ...['v=0', 'o=- 7 7 IN IP4 127.0.0.1', 's=written', 'c=IN IP4 127.0.0.1', 't=0 0'],
  ...['m=audio 40000 RTP/AVP 8', 'a=rtpmap:8 PCMA/8000', 'a=x-written-by:hand', ''],
].join('\n')

type Answer = { session_id?: string; error?: string; dialogs?: { state: string; type: string }[] }

/** The server itself calls, told to by the remote API's command line client: manual 6.4, mt_call. */
describe('a call from the server', () => {
  let house: Tandem
  let capture: Capture
  const open: (Program | Baresip)[] = []
  const server = () => `127.0.0.1:${house.ports.sip}`

  const api = async (message: Record<string, unknown>): Promise<Answer> => {
    const { output } = await run(node, [main, 'api', '--data', house.dataDir, JSON.stringify(message)], {
      timeoutMs: 60_000,
    })
    return JSON.parse(output.slice(output.indexOf('{'))) as Answer
  }
  const callUp = async (user: string, more: Record<string, unknown> = {}): Promise<string> => {
    const { session_id, error } = await api({ message: 'mt_call', impi: `${user}@${DOMAIN}`, ...more })
    assert.ok(session_id, error ?? 'no session')
    return session_id
  }
  const recordOf = async (id: string) => {
    const { items } = await house.rest<{
      items: { id: string; kind: string; state?: string; cause?: string }[]
    }>('/calls?limit=50')
    return items.find((item) => item.id === id)
  }

  before(async () => {
    const com_addr = `127.0.0.1:${await freePort()}`
    const security = { exempt: ['127.0.0.0/8'] }
    const ue_db = [md5User('alice', 'wonder'), md5User('bob', 'builder'), md5User('carol', 'sings')]
    house = await startTandem({ config: { com_addr, security, ue_db } })
    writeFileSync(join(house.dataDir, 'written.sdp'), FILE)
    writeFileSync(join(house.dataDir, 'secret.txt'), 'user:password')
    capture = await startCapture(`port ${house.ports.sip}`)
  })
  after(async () => {
    for (const one of open) await one.stop()
    await house?.stop()
  })

  test('reaches the simulated handset, which hears itself', async () => {
    const alice = startProgram(node, [
      ...[main, 'sim', 'ue', '--server', server(), '--domain', DOMAIN],
      ...['--user', `alice@${DOMAIN}`, '--number', 'alice', '--password', 'wonder'],
      ...['--answer', '100', '--calls', '1', '--tone', '700', '--hear', '700'],
    ])
    open.push(alice)
    await alice.waitFor(/waiting for calls/)
    const id = await callUp('alice', { caller: 'sip:operator@tandem.test' })
    await alice.waitFor(/call from .*operator/)
    await until('the call stands', async () => (await recordOf(id))?.state === 'answered')
    await sleep(3000)
    const { dialogs } = await api({ message: 'dialog_get', session_id: id })
    assert.deepEqual([dialogs?.[0]?.type, dialogs?.[0]?.state], ['mt call', 'start'])
    assert.equal((await api({ message: 'dialog_stop', session_id: id })).error, undefined)
    assert.equal((await alice.ended).code, 0, alice.output())
    await until('the record is closed', async () => (await recordOf(id))?.cause === 'operator')
    assert.equal((await recordOf(id))?.kind, 'mt')
  })

  test('reaches baresip, which hears its own tone', { skip: without('baresip') }, async () => {
    const bob = await startBaresip({
      ...{ address: freshAddress(), user: 'bob', authUser: `bob@${DOMAIN}`, domain: DOMAIN },
      ...{ password: 'builder', hertz: 600, registrar: server() },
    })
    open.push(bob)
    await bob.registered()
    const from = bob.events.length
    const id = await callUp('bob')
    await bob.event('CALL_ESTABLISHED', { from })
    await until('600 Hz is heard', () => heardMs(bob.heard().at(-1) ?? new Int16Array(0), 600) >= 1000)
    await bob.command('hangup')
    await until('the record is closed', async () => (await recordOf(id))?.cause === 'callee')
  })

  test('offers what a file says, and no other file’s content shows', { skip: without('sipp') }, async () => {
    const address = freshAddress()
    const port = await freePort(address)
    const words = {
      ...{ user: 'carol', domain: DOMAIN, contact: `${address}:${port};transport=udp`, expires: 600 },
      credentials: `username=carol@${DOMAIN} password=sings`,
    }
    const registered = await runSipp({ scenario: 'register', to: server(), address, port, words })
    assert.ok(registered.passed, registered.report)
    const carol = await startSipp({
      ...{ scenario: 'called-hangs-up', to: server(), address, port, words: { talk_ms: 300 } },
    })
    await callUp('carol', { sip_file: 'written.sdp' })
    const { passed, report, messages } = await carol.done
    assert.ok(passed, report)
    for (const line of FILE.split('\n').filter(Boolean)) assert.ok(messages.includes(line), line)
    for (const [file, why] of [
      ['secret.txt', /^secret\.txt: is no session description/],
      ['none.sdp', /^none\.sdp: there is no such file/],
      ['/dev/zero', /is not a file/],
    ] as const) {
      const { error = '' } = await api({ message: 'mt_call', impi: `carol@${DOMAIN}`, sip_file: file })
      assert.match(error, why)
      assert.doesNotMatch(error, /password/)
    }
  })

  test('and tshark found nothing wrong in all of this', { skip: blind }, async () => {
    const { count, faults } = await capture.read({ sipPorts: [house.ports.sip] })
    assert.ok(count.sip > 20, `${count.sip} messages`)
    assert.deepEqual(faults, [])
  })
})
