import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { talking } from './fake-phone.ts'

describe('what is heard', () => {
  const sound = (packets: number, level: number) => [
    { type: 'inbound-rtp', kind: 'audio', packetsReceived: packets },
    { type: 'media-source', kind: 'audio', audioLevel: level },
  ]

  test('a microphone without a sound for ten seconds is told of, until it gives one', async () => {
    const { world, call, peer } = await talking()
    let packets = 0
    const second = async (level: number) => {
      packets += 50
      peer.stats = sound(packets, level)
      await world.turn(1000)
    }
    for (let turn = 0; turn < 11; turn++) await second(0)
    assert.equal(call.view.get().trouble?.name, 'microphone-silent')
    await second(0.1)
    assert.equal(call.view.get().trouble, undefined)
  })

  test('silence of the far end is told of and repaired, but not while it is held', async () => {
    const { world, call, peer, socket } = await talking()
    peer.stats = sound(50, 0.1)
    await world.turn(7000)
    assert.equal(call.view.get().trouble?.name, 'no-sound-from-far')
    assert.equal(socket.last(1007)?.type, 0)
    const other = await talking()
    other.socket.say({ op: 9004, cid: 'c1', state: 4 })
    other.peer.stats = sound(50, 0.1)
    await other.world.turn(7000)
    assert.equal(other.call.view.get().trouble, undefined)
    assert.equal(other.socket.last(1007), undefined)
  })

  test('the server is told each fifth second', async () => {
    const { world, peer, socket } = await talking()
    for (let turn = 1; turn <= 6; turn++) {
      peer.stats = sound(turn * 50, 0.1)
      await world.turn(1000)
    }
    assert.equal(socket.sent.filter(({ op }) => op === 1017).length, 1)
    assert.ok(Number(socket.last(1017)?.mos) > 4)
  })
})
