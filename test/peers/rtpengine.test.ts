import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, type TestContext, test } from 'node:test'
import type { MediumStats, RecordedFile, Side } from '#core'
import { createEmbeddedMedia, createRtpengineMedia, type EmbeddedMedia, eventsBeside, openKeys } from '#media'
import { startBaresip } from '../support/baresip.ts'
import { freshAddress } from '../support/loopback.ts'
import { peer, without } from '../support/peers.ts'
import { freePort, portRange } from '../support/ports.ts'
import { startRtpengine, withoutAmr } from '../support/rtpengine.ts'
import { startScriptPages } from '../support/script-pages.ts'
import { DOMAIN, temporaryFolder } from '../support/tandem.ts'
import { decodeWav, heardMs } from '../support/tone.ts'
import { aTonePhone } from '../support/tone-phone.ts'
import { until } from '../support/wait.ts'
import { newPage, startWebTown, storyOf } from '../support/web-town.ts'

const given = (told: Awaited<ReturnType<EmbeddedMedia['offer']>> | undefined): string => {
  if (!told?.ok) throw new Error(`refused: ${told?.error}`)
  return told.value
}

describe('calls by rtpengine', { skip: peer('rtpengine').skip }, () => {
  let server: Awaited<ReturnType<typeof startRtpengine>>
  let media: EmbeddedMedia
  const silent = new Map<string, number>()
  type Key = [call: string, side: Side, key: string, ms: number]
  const pressed: Key[] = []
  const recorded = new Map<string, RecordedFile[]>()
  const closed = new Map<string, Record<Side, MediumStats[]>>()
  before(async () => {
    const keysAt = { address: '127.0.0.1', port: await freePort() }
    server = await startRtpengine({ keysTo: `${keysAt.address}:${keysAt.port}` })
    const { from, to } = portRange(40)
    const log = { on: () => true, write: () => {} }
    const events = {
      onSilent: (call: string, silentMs: number) => void silent.set(call, silentMs),
      onDtmf: (...key: Key) => void pressed.push(key),
      onRecorded: (call: string, files: RecordedFile[]) => void recorded.set(call, files),
      onClosed: (call: string, flowed: Record<Side, MediumStats[]>) => void closed.set(call, flowed),
    }
    const listeners = [{ address: '127.0.0.1', bind: '127.0.0.1', portMin: from, portMax: to }]
    const embedded = await createEmbeddedMedia({ listeners, log, events: eventsBeside(events), workers: 1 })
    const nobody = { address: '127.0.0.1', port: await freePort() }
    const servers = [nobody, { address: '127.0.0.1', port: server.port }]
    const keys = await openKeys(keysAt)
    assert.ok(keys.ok)
    media = createRtpengineMedia({ servers, embedded, events, log, keys: keys.value })
  })
  after(async () => {
    await media?.close()
    await server?.stop()
  })

  test('two telephones hear each other, a key and a hold; a silent server is passed over', async () => {
    // One of these two names is the silent server's.
    for (const name of ['a', 'b']) {
      const [alice, bob] = await Promise.all([aTonePhone('PCMU', 440), aTonePhone('PCMU', 700, 2)])
      const offered = given(await media.offer(name, 'caller', alice.description()))
      assert.match(offered, /c=IN IP4 127\.0\.0\.1/)
      const answered = given(await media.answer(name, 'callee', bob.description()))
      alice.hum(answered)
      bob.hum(offered)
      await until('both hear', () => alice.hears(700) && bob.hears(440))
      media.dtmf(name, 'callee', '5', 100)
      await until('the key', () => bob.keys().some(({ event }) => event === 5))
      await until('Tandem is told', () => pressed.length >= 1)
      alice.press(11)
      await until('Tandem is told', () => pressed.length >= 2)
      bob.press(3)
      await until('Tandem is told', () => pressed.length >= 3)
      assert.deepEqual(pressed.splice(0), [
        [name, 'caller', '5', 100],
        [name, 'caller', '#', 100],
        [name, 'callee', '3', 100],
      ])
      const held = given(await media.offer(name, 'callee', bob.description('sendonly', 2)))
      assert.match(held, /a=sendonly/)
      assert.match(given(await media.answer(name, 'caller', alice.description('recvonly', 2))), /a=recvonly/)
      const [stats] = await media.stats(name, 'caller')
      assert.ok(
        stats && stats.rtpRecv > 10 && stats.rtpSend > 10 && stats.rtpAddr === `127.0.0.1:${alice.port}`,
      )
      media.close(name)
      await until('what flowed', () => (closed.get(name)?.callee[0]?.rtpRecv ?? 0) > 10)
      alice.close()
      bob.close()
    }
  })

  test('what both say is kept, each on its side', async () => {
    const folder = temporaryFolder('kept')
    const [alice, bob] = await Promise.all([aTonePhone('PCMU', 440), aTonePhone('PCMU', 700, 2)])
    const offered = given(await media.offer('kept', 'caller', alice.description()))
    alice.hum(given(await media.answer('kept', 'callee', bob.description())))
    bob.hum(offered)
    await until('both hear', () => alice.hears(700) && bob.hears(440))
    for (const [name, how] of [
      ['first', 'stopped'],
      ['second', 'over'],
    ] as const) {
      assert.ok((await media.record?.('kept', folder, name))?.ok)
      assert.equal((await media.record?.('kept', folder, 'twice'))?.ok, false)
      const size = (): number => statSync(join(folder, `${name}.wav`), { throwIfNoEntry: false })?.size ?? 0
      await until('some of it', () => size() > 60_000)
      if (how === 'stopped') assert.ok((await media.record?.('kept', undefined, ''))?.ok)
      else media.close('kept')
      await until('the file', () => recorded.has('kept'))
      const [file] = recorded.get('kept') ?? []
      recorded.delete('kept')
      const both = decodeWav(readFileSync(file?.path ?? ''))
      assert.ok(
        heardMs(
          both.filter((_, at) => at % 2 === 0),
          440,
        ) >= 1000,
      )
      assert.ok(
        heardMs(
          both.filter((_, at) => at % 2 === 1),
          700,
        ) >= 1000,
      )
    }
    alice.close()
    bob.close()
  })

  test('silence is told of, but not of who is held', async () => {
    const phones = await Promise.all([aTonePhone('PCMU', 440), aTonePhone('PCMU', 700, 2)])
    const [alice, bob] = phones
    for (const [name, direction] of [
      ['quiet', 'sendrecv'],
      ['held', 'inactive'],
    ] as const) {
      given(await media.offer(name, 'caller', alice.description(direction)))
      given(await media.answer(name, 'callee', bob.description(direction)))
    }
    await until('silence', () => (silent.get('quiet') ?? 0) >= 5000, { timeoutMs: 60_000 })
    assert.equal(silent.has('held'), false)
    for (const name of ['quiet', 'held']) media.close(name)
    for (const phone of phones) phone.close()
  })

  test('the echo, and whoever the house speaks with, stay here', async () => {
    const alice = await aTonePhone('PCMU', 440)
    alice.hum(given(await media.echo('echo', 'caller', alice.description())))
    await until('the echo', () => alice.hears(440))
    media.close('echo')
    assert.ok((await media.speak?.('box', 'caller', alice.description(), { play: [] }))?.ok)
    media.close('box')
    alice.close()
  })

  test('what is no description, and a call that nobody knows', async () => {
    assert.equal((await media.offer('bad', 'caller', 'nonsense')).ok, false)
    assert.equal((await media.answer('nobody', 'callee', 'v=0')).ok, false)
    media.close('bad')
    media.close('nobody')
  })
})

/** A browser calls a telephone of these encodings and is called by it. */
const bothWays = async (context: TestContext, codecs: string, transcode: string[]): Promise<void> => {
  const server = await startRtpengine()
  const house = await startWebTown(['alice', 'bob'], {
    media: { engine: 'rtpengine', servers: [`127.0.0.1:${server.port}`], transcode },
  })
  const browser = await startScriptPages()
  const [user, address] = ['bob', freshAddress()]
  const registrar = `127.0.0.1:${house.ports.sip}`
  const bob = await startBaresip({
    ...{ user, address, domain: DOMAIN, authUser: `bob@${DOMAIN}`, registrar, codecs },
    ...{ password: 'secret-of-bob', hertz: 1000 },
  })
  context.after(async () => {
    await bob.stop()
    await browser.close()
    await house.stop()
    await server.stop()
  })
  await bob.registered()
  const alice = await newPage(browser, house, { user: 'alice', hertz: 440 })
  try {
    await alice.call('bob')
    await alice.until(9004, { state: '2' })
    await alice.hears(1000)
    const hears = () => heardMs(bob.heard().at(-1) ?? new Int16Array(0), 440) >= 1000
    await until('bob hears alice', hears)
    await alice.say(1012, { cid: await alice.cid(), dtmf: '5' })
    await until('bob hears a key', () => bob.events.some(({ type }) => type === 'CALL_DTMF_START'))
    await bob.command('hangup')
    await alice.until(9004, { state: '0' })
    await alice.forget()
    await bob.command('dial', `sip:alice@${DOMAIN}`)
    await alice.until(9004, { state: '2' })
    await alice.hears(1000)
    await until('bob hears alice again', hears)
    await bob.command('hold')
    await alice.until(9004, { state: '4' })
    await alice.forget()
    await bob.command('resume')
    await alice.until(9004, { state: '2' })
    await alice.hears(1000)
  } catch (fault) {
    const story = await storyOf(house, browser, alice)
    throw new Error(`${(fault as Error).message}\n${story}\n${server.output().slice(-3000)}`)
  }
}

describe('a browser and a telephone by rtpengine', {
  skip: without('rtpengine', 'baresip', 'chromium'),
}, () => {
  test('each hears the other', (context) => bothWays(context, 'PCMA,PCMU', []))

  for (const codec of ['AMR', 'AMR-WB'])
    test(`a telephone that speaks ${codec} alone, converted`, { skip: withoutAmr() }, (context) =>
      bothWays(context, codec, ['PCMA', 'AMR-WB', 'AMR']),
    )
})
