import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SDP } from '../support/phone.ts'
import { browserSdp, newClient } from '../support/web-clients.ts'
import { aWebEngine, CALLER_AT } from '../support/web-engine.ts'
import { legOf, nothingLeft, type Town, talk, town } from '../support/web-stories.ts'

const ROUNDS = 200

/** The transports of browsers that the media engine holds, and the calls. */
const held = ({ house: { media } }: Town) => {
  const [webs, calls] = [new Set<string>(), new Set<string>()]
  const { offer, ask, leave, close } = media
  media.offer = (call, side, sdp, options = {}) => {
    calls.add(call)
    for (const web of [options.callerWeb, options.calleeWeb]) if (web !== undefined) webs.add(web)
    return offer(call, side, sdp, options)
  }
  media.ask = (web, options) => {
    webs.add(web)
    return ask(web, options)
  }
  media.leave = (web) => {
    webs.delete(web)
    leave(web)
  }
  media.close = (call) => {
    calls.delete(call)
    close(call)
  }
  return { webs, calls }
}

type Ending = (all: Town) => Promise<void>

const call = async ({ house, carol }: Town, to = 'bob'): Promise<string> => {
  carol.say(1003, { to, sdp: browserSdp('page') })
  const { cid } = await carol.next(2003)
  await house.settle()
  return String(cid)
}
const ring = async ({ house, bob, carol }: Town) => {
  const leg = await bob.call('carol')
  await house.settle()
  const { cid } = await carol.next(9002)
  return { leg, cid: String(cid) }
}

const ENDINGS: Record<string, Ending> = {
  'the browser calls, talks and hangs up': async (all) => {
    const cid = await talk(all, all.carol)
    all.carol.say(1010, { cid })
  },
  'the browser calls, talks and the far end hangs up': async (all) => {
    await talk(all, all.carol)
    legOf(all).hangUp()
  },
  'the browser gives up while it rings': async (all) => {
    const cid = await call(all)
    all.carol.say(1010, { cid })
  },
  'the browser gives up at once': async (all) => {
    all.carol.say(1003, { to: 'bob', sdp: browserSdp('page') })
    const { cid } = await all.carol.next(2003)
    all.carol.say(1010, { cid })
  },
  'the far end is busy': async (all) => {
    await call(all)
    legOf(all).reject({ status: 486 })
  },
  'nobody has that number': async (all) => void (await call(all, 'nobody')),
  'the browser is called and rejects': async (all) => {
    const { cid } = await ring(all)
    all.carol.say(1005, { cid, rc: 486 })
  },
  'the browser is called and the caller gives up': async (all) => {
    const { leg, cid } = await ring(all)
    all.carol.say(1006, { cid })
    leg.cancel()
  },
  'the browser is called, talks and hangs up': async (all) => {
    const { cid } = await ring(all)
    all.carol.say(1004, { cid, sdp: browserSdp('page') })
    await all.house.settle()
    all.carol.say(1010, { cid })
  },
  'the caller gives up as the browser answers': async (all) => {
    const { leg, cid } = await ring(all)
    leg.cancel()
    all.carol.say(1004, { cid, sdp: browserSdp('page') })
  },
  'a browser calls one that talks already': async (all) => {
    const cid = await talk(all, all.carol)
    const other = await newClient(all.house, 'alice')
    other.say(1003, { to: 'carol', sdp: browserSdp('page') })
    await other.next(9004, { state: 0 })
    other.say(1002)
    all.carol.say(1010, { cid })
  },
  'a second call is put through': async (all) => {
    const cid = await talk(all, all.carol)
    all.carol.say(1008, { cid, rto: 'bob' })
    await all.house.settle()
    void legOf(all).accept(SDP)
    await all.house.settle()
    all.carol.say(1010, { cid })
    await all.house.settle()
    for (const leg of all.bob.incoming.slice(-2)) leg.hangUp()
  },
  'the page logs out in the middle': async (all) => {
    const other = await newClient(all.house, 'alice')
    await talk(all, other)
    other.say(1002)
  },
}

describe('whatever way calls end, nothing is left of them', () => {
  for (const [name, ending] of Object.entries(ENDINGS))
    test(name, async () => {
      const all = await town()
      const { webs, calls } = held(all)
      await all.house.pass(70_000)
      const { armed } = all.house.timers
      for (let round = 0; round < ROUNDS; round++) {
        await ending(all)
        // Nobody says more than 20 things a second.
        await all.house.pass(500)
      }
      await nothingLeft(all.house)
      await all.house.pass(70_000)
      assert.equal(all.house.timers.armed, armed)
      assert.deepEqual([...webs], [])
      assert.deepEqual([...calls], [])
    })
})

test('a browser that leaves while its socket is being opened holds none', async () => {
  const { media } = await aWebEngine()
  try {
    const offered = media.offer('call', 'caller', browserSdp('page'), { ...CALLER_AT, callerWeb: 'page' })
    const asked = media.ask('other', { video: false, address: '127.0.0.1' })
    media.leave('page')
    media.leave('other')
    assert.equal((await offered).ok, false)
    assert.equal((await asked).ok, false)
    media.close('call')
    const { bound, free, resting } = media.figures()
    assert.equal(free + resting, bound)
  } finally {
    await media.close()
  }
})
