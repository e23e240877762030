import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ready, register } from './fake-phone.ts'

describe('texts, lamps and the mailbox', () => {
  test('a text is acknowledged when it is here', async () => {
    const { phone, socket } = await ready()
    const texts: string[] = []
    phone.texts.received.on(({ with: other, msg }) => texts.push(`${other}: ${msg}`))
    socket.say({ op: 9005, id: 't1', from: '1002', to: '1001', msg: '<b>Hi</b>', atMs: 1, direction: 'in' })
    socket.say({ op: 9005, id: 't2', from: '1001', to: '1002', msg: 'Yes', atMs: 2, direction: 'out' })
    assert.deepEqual(texts, ['1002: <b>Hi</b>', '1002: Yes'])
    assert.deepEqual(
      socket.sent.filter(({ op }) => op === 1018).map(({ id }) => id),
      ['t1'],
    )
  })
  test('lamps are asked for again at each registration', async () => {
    const { phone, socket, world } = await ready()
    phone.lamps.want(['1002', '1003', '1002'])
    assert.deepEqual(socket.last(1014)?.ext, ['1002', '1003'])
    socket.say({ op: 9012, ext: '1002', state: 0, lamp: 'busy', direction: 'in', remote: '600' })
    assert.equal(phone.lamps.all.get().get('1002')?.lamp, 'busy')
    await world.turn(6000)
    socket.drop()
    const again = await register(world)
    assert.deepEqual(again.last(1014)?.ext, ['1002', '1003'])
  })
  test('voice mail counts', async () => {
    const { phone, socket } = await ready()
    socket.say({ op: 9011, new: 2, old: 1, newUrgent: 0, oldUrgent: 0, exact: true })
    assert.equal(phone.voiceMail.get()?.new, 2)
  })
  test('nonsense changes nothing', async () => {
    const { phone, socket } = await ready()
    for (const data of [
      '',
      'null',
      '[]',
      '7',
      '{"op":"9002"}',
      '{"op":9004}',
      '{"op":9003,"cid":{}}',
      '\u0000',
    ])
      socket.onmessage?.({ data })
    assert.equal(phone.line.get().kind, 'ready')
    assert.equal(phone.calls.list().length, 0)
  })
})
