import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Worker } from 'node:worker_threads'
import { aTonePhone } from '../support/tone-phone.ts'
import { until } from '../support/wait.ts'
import { aWebEngine, CALLEE_AT, CALLER_AT, given } from '../support/web-engine.ts'
import { aWebPeer } from '../support/web-peer.ts'
import { speak } from '../support/web-peer-speech.ts'

for (const native of [true, false])
  test(`a call comes back after its media worker died, over ${native ? 'native sockets' : 'node:dgram'}`, async () => {
    const workers: Worker[] = []
    const { media, told } = await aWebEngine({
      ...{ native, quiet: true },
      onWorker: (worker) => workers.push(worker),
    })
    const [phone, first] = [await aTonePhone('PCMU', 1000), await aWebPeer()]
    const at = { ...CALLER_AT, ...CALLEE_AT, callerWeb: 'page' }
    const offered = given(await media.offer('call', 'caller', first.offer(), at))
    first.accept(given(await media.answer('call', 'callee', phone.description())))
    phone.hum(offered)
    await first.connected
    await until('the browser hears', () => first.heard.audio.packets > 5)

    await workers[0]?.terminate()
    await until('the page is told', () =>
      told.some(({ op, values }) => op === 'onWeb' && values.join() === 'page,anew'),
    )
    first.close()
    assert.equal((await media.refresh('page', 'nonsense')).ok, false, 'and the way back stays open')

    const second = await aWebPeer()
    second.accept(given(await media.refresh('page', second.offer())))
    await second.connected
    const stop = speak([second])
    await until('the browser hears again', () => second.heard.audio.packets > 5)
    phone.sequences.length = 0
    await until('the telephone hears again', () => phone.sequences.length > 5)
    stop()
    media.close('call')
    media.leave('page')
    assert.equal((await media.refresh('page', second.offer())).ok, false, 'nothing is left of it')
    phone.close()
    second.close()
    await media.close()
  })
