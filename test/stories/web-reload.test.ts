import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aHouse, aSubscriber, type House } from '../support/house.ts'
import { aPhone, SDP } from '../support/phone.ts'
import { browserSdp, connect, type MemoryClient, newClient, tokenFor } from '../support/web-clients.ts'
import { nothingLeft } from '../support/web-stories.ts'

const people = ['bob', 'carol', 'dave', 'erin'].map((name) => aSubscriber(name, { proof: 'none' }))

/** Carol has a browser, Bob and Dave have SIP phones; Erin has none, and a mailbox. */
const town = async () => {
  const house = aHouse({ subscribers: people, mailbox: {} })
  const bob = aPhone(house, 'bob', '192.0.2.11')
  const dave = aPhone(house, 'dave', '192.0.2.12')
  for (const phone of [bob, dave]) assert.equal((await phone.register()).status, 200)
  return { house, bob, dave, carol: await newClient(house, 'carol') }
}

/** The page is loaded anew: what a client hears after that alone. `meanwhile`: while it is away. */
const reload = async (
  house: House,
  client: MemoryClient,
  meanwhile: () => unknown = () => {},
): Promise<MemoryClient> => {
  const resume = client.heard.find(({ op }) => op === 2001)?.resume
  client.drop(1001)
  meanwhile()
  await house.settle()
  const back = connect(house)
  back.say(1001, { tel: 'carol', token: tokenFor(house, 'carol'), resume })
  await back.next(9001)
  return back
}
const cidsOf = ({ heard }: MemoryClient) => heard.find(({ op }) => op === 2001)?.cids
const toldAfterwards = ({ heard }: MemoryClient) =>
  heard
    .slice(heard.findIndex(({ op }) => op === 9001) + 1)
    .filter(({ op }) => op !== 9011)
    .map(({ op, cid, cid2, state, rec, with: other }) => ({
      ...{ op, cid },
      ...(op === 9007 && { cid2 }),
      ...((op === 9007 || op === 9004) && { state }),
      ...(other !== undefined && { with: other }),
      ...(op === 9014 && { rec }),
    }))

const talk = async (
  house: House,
  client: MemoryClient,
  called: ReturnType<typeof aPhone>,
): Promise<string> => {
  client.say(1003, { to: called.name, sdp: browserSdp('page') })
  const { cid } = await client.next(2003)
  await house.settle()
  void called.incoming.at(-1)?.accept(SDP)
  await house.settle()
  await client.next(9004, { cid, state: 2 })
  return String(cid)
}

const consult = async (house: House, client: MemoryClient, cid: string, rto: string): Promise<string> => {
  client.say(1008, { cid, rto })
  const { cid2 } = await client.next(2008)
  await house.settle()
  return String(cid2)
}

describe('a page that is loaded anew is told', () => {
  test('whom it was asking first, before it is asked for media', async () => {
    const { house, bob, dave, carol } = await town()
    const cid = await talk(house, carol, bob)
    const cid2 = await consult(house, carol, cid, 'dave')
    const ringing = await reload(house, carol)
    assert.deepEqual(cidsOf(ringing), [cid, cid2])
    const rest = [
      { op: 9008, cid },
      { op: 9004, cid, state: 3 },
      { op: 9014, cid, rec: 0 },
    ]
    assert.deepEqual(toldAfterwards(ringing), [{ op: 9007, cid, cid2, state: 1, with: 'dave' }, ...rest])
    void dave.incoming.at(-1)?.accept(SDP)
    await house.settle()
    await ringing.next(9007, { cid, cid2, state: 2 })
    const talking = await reload(house, ringing)
    assert.deepEqual(toldAfterwards(talking), [{ op: 9007, cid, cid2, state: 2, with: 'dave' }, ...rest])
    talking.say(1015, { cid, cid2 })
    await talking.next(9004, { cid, state: 0, cause: 200 })
    await house.pass(1000)
    assert.equal(house.calls.count, 1, 'both others talk')
  })

  test('who is left, when the one that it began with has gone meanwhile', async () => {
    const { house, bob, dave, carol } = await town()
    const cid = await talk(house, carol, bob)
    await consult(house, carol, cid, 'dave')
    void dave.incoming.at(-1)?.accept(SDP)
    await house.settle()
    const back = await reload(house, carol, () => bob.incoming.at(-1)?.hangUp())
    assert.deepEqual(cidsOf(back), [cid])
    assert.deepEqual(toldAfterwards(back), [
      { op: 9008, cid },
      { op: 9004, cid, state: 2, with: 'dave' },
      { op: 9014, cid, rec: 0 },
    ])
  })

  test('of a call that it was making: that it rings, or was answered meanwhile', async () => {
    const { house, bob, carol } = await town()
    carol.say(1003, { to: 'bob', sdp: browserSdp('page') })
    const { cid } = await carol.next(2003)
    await house.settle()
    bob.incoming.at(-1)?.progress(180)
    await house.settle()
    const ringing = await reload(house, carol)
    assert.deepEqual(cidsOf(ringing), [cid])
    assert.deepEqual(toldAfterwards(ringing), [
      { op: 9008, cid },
      { op: 9004, cid, state: 1 },
    ])
    const talking = await reload(house, ringing, () => bob.incoming.at(-1)?.accept(SDP))
    assert.deepEqual(toldAfterwards(talking), [
      { op: 9008, cid },
      { op: 9004, cid, state: 2 },
      { op: 9014, cid, rec: 0 },
    ])
    talking.say(1007, { cid, type: 0, sdp: browserSdp('another page') })
    await talking.next(9003, { cid, kind: 'answer' })
  })

  test('so that one which knows neither ends both, and puts nobody through', async () => {
    const { house, bob, dave, carol } = await town()
    const cid = await talk(house, carol, bob)
    const cid2 = await consult(house, carol, cid, 'dave')
    void dave.incoming.at(-1)?.accept(SDP)
    await house.settle()
    const back = await reload(house, carol)
    back.say(1010, { cid, cid2 })
    back.say(1010, { cid })
    await house.settle()
    await nothingLeft(house)
    assert.deepEqual([bob.heard.at(-1), dave.heard.at(-1)], ['end by peer', 'end by peer'])
  })

  test('that its call is being recorded', async () => {
    const { house, bob, carol } = await town()
    const cid = await talk(house, carol, bob)
    carol.say(1013, { cid, rec: 1 })
    await carol.next(9014, { cid, rec: 1 })
    const back = await reload(house, carol)
    const rest = [
      { op: 9008, cid },
      { op: 9004, cid, state: 2 },
    ]
    assert.deepEqual(toldAfterwards(back), [...rest, { op: 9014, cid, rec: 1 }])
    back.say(1013, { cid, rec: 0 })
    await back.next(9014, { cid, rec: 0 })
    const again = await reload(house, back)
    assert.deepEqual(toldAfterwards(again), [...rest, { op: 9014, cid, rec: 0 }])
  })

  test('nothing of the calls of another browser of the same person, and cannot end them', async () => {
    const { house, bob, carol } = await town()
    const cid = await talk(house, carol, bob)
    const back = await reload(house, await newClient(house, 'carol'))
    assert.deepEqual([cidsOf(back), toldAfterwards(back)], [[], []])
    back.say(1010, { cid })
    await back.next(2010, { code: -4 })
    await house.settle()
    assert.equal(house.calls.count, 1)
    assert.equal(carol.heard.at(-1)?.state, 2)
  })

  test('that a mailbox has answered whom it was asking', async () => {
    const { house, bob, carol } = await town()
    const cid = await talk(house, carol, bob)
    const cid2 = await consult(house, carol, cid, 'erin')
    assert.equal((await carol.next(9007, { cid, cid2, state: 2 })).voiceMail, true)
    const back = await reload(house, carol)
    assert.equal((await back.next(9007, { cid, cid2, state: 2, with: 'erin' })).voiceMail, true)
  })
})
