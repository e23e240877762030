import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aGoipHouse, aLine } from '../../../test/support/goip-house.ts'

const as = (text: string): string => text.replace(';ID;', ';id:g8-03;password:k9;')

describe('a received text', () => {
  test("of the manual's example is kept, then acknowledged, byte for byte", async () => {
    const house = aGoipHouse({ lines: [aLine({ id: 'goipid1', password: 'password1' })] })
    const device = house.socket()
    device.say('RECEIVE:1270197307;id:goipid1;pass:password1;srcnum:+8613513415667;msg:just a test')
    assert.deepEqual(device.heard, [], 'not before it is on disk')
    await house.settle()
    assert.deepEqual(device.heard, ['RECEIVE 1270197307 OK'])
    const [{ dedupe, ...text }] = house.texts as [(typeof house.texts)[0]]
    assert.deepEqual(text, {
      ...{ line: 'box/goipid1', sim: {}, from: '+8613513415667', text: 'just a test' },
      atMs: house.timers.clock.wallMs(),
    })
    assert.match(dedupe, /^box\/goipid1\|RECEIVE\|1270197307\|/)
  })

  test('holds what it likes, its own marks too, and bears what is known of the card', async () => {
    const house = aGoipHouse()
    const device = house.loggedIn()
    device.say(as('RECEIVE:1795299990;ID;srcnum:+15550100900;smscnum:+1555;msg:ok; see\nyou;msg:5;id:x'))
    await house.settle()
    assert.deepEqual(device.take(), ['RECEIVE 1795299990 OK'])
    assert.equal(house.texts[0]?.text, 'ok; see\nyou;msg:5;id:x')
    assert.deepEqual(house.texts[0]?.sim, { number: '+15550100201' })
  })

  test('is not acknowledged when the disk does not take it, and is when it is repeated', async () => {
    const house = aGoipHouse()
    const device = house.loggedIn()
    house.disk.works = false
    device.say(as('RECEIVE:5;ID;srcnum:1;msg:x'))
    await house.settle()
    assert.deepEqual(device.heard, [])
    assert.equal(house.goip.figures().unkept, 1)
    house.disk.works = true
    device.say(as('RECEIVE:5;ID;srcnum:1;msg:x'))
    await house.settle()
    assert.deepEqual(device.heard, ['RECEIVE 5 OK'])
    assert.equal(house.texts.length, 1)
  })

  test('repeated while it is under way to the disk goes there once, and both are acknowledged', async () => {
    const house = aGoipHouse()
    const device = house.loggedIn()
    let free = (): void => {}
    house.disk.held = new Promise((resolve) => {
      free = resolve
    })
    for (let i = 0; i < 3; i++) device.say(as('RECEIVE:5;ID;srcnum:1;msg:x'))
    await house.settle()
    assert.deepEqual(device.heard, [])
    free()
    await house.settle()
    assert.deepEqual(device.heard, ['RECEIVE 5 OK', 'RECEIVE 5 OK', 'RECEIVE 5 OK'])
    assert.equal(house.goip.figures().texts, 1)
  })

  test('with a receipt number that comes again is another text when it says something else', async () => {
    const house = aGoipHouse()
    const device = house.loggedIn()
    for (const message of ['one', 'two', 'one']) device.say(as(`RECEIVE:-77;ID;srcnum:1;msg:${message}`))
    await house.settle()
    assert.deepEqual(
      house.texts.map(({ text }) => text),
      ['one', 'two'],
    )
    assert.equal(device.heard.length, 3)
  })

  test('with a receipt number that comes again is another text when somebody else says the same', async () => {
    const house = aGoipHouse()
    const device = house.loggedIn()
    for (const from of ['911', '922', '911']) device.say(as(`RECEIVE:-5;ID;srcnum:${from};msg:yes`))
    await house.settle()
    assert.deepEqual(
      house.texts.map(({ from }) => from),
      ['911', '922'],
    )
    assert.equal(device.heard.length, 3)
  })

  test('from the same number on two lines is two texts', async () => {
    const house = aGoipHouse({ lines: [aLine(), aLine({ id: 'g8-04' })] })
    const device = house.loggedIn()
    device.say('RECEIVE:1;id:g8-03;password:k9;srcnum:1;msg:x')
    device.say('RECEIVE:1;id:g8-04;password:k9;srcnum:1;msg:x')
    await house.settle()
    assert.equal(house.texts.length, 2)
  })

  test('without sender or text is refused with a reason, with an empty one it is kept', async () => {
    const house = aGoipHouse()
    const device = house.loggedIn()
    device.say(as('RECEIVE:1;ID;msg:x'))
    device.say(as('RECEIVE:2;ID;srcnum:1'))
    device.say(as('RECEIVE:3;ID;srcnum:(null);msg:'))
    await house.settle()
    assert.deepEqual(device.heard, [
      'RECEIVE 1 ERROR srcnum is missing',
      'RECEIVE 2 ERROR msg is missing',
      'RECEIVE 3 OK',
    ])
    assert.deepEqual(
      house.texts.map(({ from, text }) => [from, text]),
      [['unknown', '']],
    )
    assert.equal(house.goip.figures().faults, 2)
  })

  test('bears the number of its sender as everybody may call it, and names and short codes as they are', async () => {
    const house = aGoipHouse({ region: 'DE' })
    const device = house.loggedIn()
    const said = ['01729999999', '491729999999', '+15550100900', '80808', 'Bank', '0049172999999', '(null)']
    for (const [n, from] of said.entries()) device.say(as(`RECEIVE:${n};ID;srcnum:${from};msg:x`))
    device.say(as('RECEIVE:0;ID;srcnum:01729999999;msg:x'))
    await house.settle()
    assert.deepEqual(
      house.texts.map(({ from }) => from),
      ['+491729999999', '+491729999999', '+15550100900', '80808', 'Bank', '+49172999999', 'unknown'],
    )
  })

  test('of a stranger is refused, and nothing tells which ids there are', async () => {
    const house = aGoipHouse()
    const device = house.socket()
    device.say('RECEIVE:1;id:g8-03;password:wrong;srcnum:1;msg:x')
    device.say('RECEIVE:2;id:nobody;password:k9;srcnum:1;msg:x')
    device.say('RECEIVE:3;password:k9;srcnum:1;msg:x')
    await house.settle()
    assert.deepEqual(
      device.heard,
      [1, 2, 3].map((n) => `RECEIVE ${n} ERROR id or password is wrong`),
    )
    assert.deepEqual(house.texts, [])
  })

  test('of a sender that calls itself like another line stays with its own', async () => {
    const house = aGoipHouse({ lines: [aLine(), aLine({ id: 'g8-04' })] })
    const device = house.loggedIn()
    device.say(as('RECEIVE:1;ID;srcnum:;id:g8-04;msg:x'))
    await house.settle()
    assert.equal(house.texts[0]?.line, 'box/g8-03')
  })

  test('that is no UTF-8, or as long as a device can make it, is kept', async () => {
    const house = aGoipHouse()
    const device = house.loggedIn()
    const head = Buffer.from(as('RECEIVE:1;ID;srcnum:1;msg:'))
    device.say(Buffer.concat([head, Buffer.from([0x41, 0xff, 0xc3, 0x28, 0xe2, 0x82])]))
    device.say(as(`RECEIVE:2;ID;srcnum:1;msg:${'ü'.repeat(1710)}`))
    device.say(Buffer.from(as('RECEIVE:3;ID;srcnum:1;msg:zero\0\0')))
    await house.settle()
    assert.deepEqual(
      house.texts.map(({ text }) => text),
      ['A\ufffd\ufffd(\ufffd', 'ü'.repeat(1710), 'zero'],
    )
    assert.equal(device.heard.length, 3)
  })

  test('is acknowledged with a newline where the line wants it', async () => {
    const house = aGoipHouse({ lines: [aLine({ ack_newline: true })] })
    const device = house.loggedIn()
    device.say(as('RECEIVE:1;ID;srcnum:1;msg:x'))
    await house.settle()
    assert.deepEqual(device.heard, ['RECEIVE 1 OK\n'])
  })
})

describe('what devices tell', () => {
  test('every kind is acknowledged and kept, also what nobody has heard of', async () => {
    const house = aGoipHouse()
    const device = house.loggedIn()
    const said = [
      ['REMAIN', 'gsm_remain_time:-1'],
      ['CELLS', 'lists:1,2,3,'],
      ['BCCH', 'bcch:5,6,'],
      ['CELLINFO', 'CELLINFO:LAC:1A2B,CELL ID:0C3D'],
      ['CGATT', 'CGATT:Y'],
      ['USSN', 'msg:You have; 3 new'],
      ['HANGUP', 'num:,cause:Normal call clearing'],
      ['EXPIRY', 'exp:12'],
      ['NUM_ICCID', 'x:1'],
      ['need_recharge', 'x:1'],
      ['NEVER_HEARD', 'a:b'],
    ] as const
    for (const [n, [name, rest]] of said.entries()) device.say(as(`${name}:${n};ID;${rest}`))
    await house.settle()
    assert.deepEqual(
      device.heard,
      said.map(([name], n) => `${name} ${n} OK`),
    )
    assert.deepEqual(
      house.events.map(({ name }) => name),
      said.map(([name]) => name),
    )
    const fields = Object.fromEntries(house.events.map(({ name, fields }) => [name, fields]))
    assert.deepEqual(fields.CELLINFO, { CELLINFO: 'LAC:1A2B,CELL ID:0C3D' })
    assert.deepEqual(fields.USSN, { msg: 'You have; 3 new' })
    assert.deepEqual(fields.NEVER_HEARD, { a: 'b' })
  })

  test('none is acknowledged that is not on disk', async () => {
    const house = aGoipHouse()
    const device = house.loggedIn()
    house.disk.works = false
    for (const name of ['STATE', 'RECORD', 'DELIVER', 'OTHER'])
      device.say(as(`${name}:1;ID;dir:1;num:5;sms_no:1;state:0`))
    await house.settle()
    assert.deepEqual(device.heard, [])
  })

  test('an AT console is not answered', async () => {
    const house = aGoipHouse()
    const device = house.loggedIn()
    device.say(as('AT:1;ID;count:2;receive:OK'))
    await house.settle()
    assert.deepEqual([device.heard, house.events], [[], []])
  })

  test('a state of a call shows at the line, and the next keepalive corrects it', async () => {
    const house = aGoipHouse()
    const device = house.loggedIn()
    const state = () => house.sightings.at(-1)?.state
    device.say(as('STATE:1;ID;gsm_remain_state:CONNECTED:123'))
    assert.equal(state(), 'in-call')
    device.say(as('STATE:2;ID;gsm_remain_state:IDLE'))
    assert.equal(state(), 'registered')
    device.say(as('STATE:3;ID;gsm_remain_state:ACTIVE'))
    device.say('req:2;id:g8-03;pass:k9;num:+15550100201;signal:22;gsm_status:LOGIN;')
    assert.equal(state(), 'registered')
    device.say('req:3;id:g8-03;pass:k9;gsm_status:LOGOUT;')
    device.say(as('STATE:4;ID;gsm_remain_state:ACTIVE'))
    assert.equal(state(), 'no-sim')
  })

  test('a state is no sign of life: a line that was lost comes back with its keepalive', async () => {
    const house = aGoipHouse()
    const device = house.loggedIn()
    house.timers.advance(96_000)
    assert.deepEqual(house.lost, ['box/g8-03 no keepalive'])
    const seen = house.sightings.length
    device.say(as('STATE:1;ID;gsm_remain_state:IDLE'))
    await house.settle()
    assert.deepEqual([device.heard, house.sightings.length], [['STATE 1 OK'], seen])
    house.timers.advance(96_000)
    device.say('req:2;id:g8-03;pass:k9;num:+15550100201;signal:22;gsm_status:LOGIN;')
    device.say(as('STATE:2;ID;gsm_remain_state:CONNECTED:1'))
    assert.deepEqual(
      house.sightings.slice(seen).map(({ state }) => state),
      ['registered', 'in-call'],
    )
  })

  test('a call is recorded from RECORD to its end, also when it is told twice', async () => {
    const house = aGoipHouse()
    const device = house.loggedIn()
    const began = house.timers.clock.wallMs()
    device.say(as('RECORD:1;ID;dir:2;num:+15550100900'))
    house.timers.advance(3000)
    device.say(as('RECORD:1;ID;dir:2;num:+15550100900'))
    house.timers.advance(60_000)
    device.say(as('HANGUP:2;ID;num:,cause:Normal call clearing'))
    device.say(as('EXPIRY:3;ID;exp:55'))
    await house.settle()
    const ended = began + 63_000
    assert.equal(new Set(house.calls.map(({ key }) => key)).size, 1)
    assert.deepEqual(house.calls.at(-1), {
      ...{ key: `box/g8-03/${began}`, line: 'box/g8-03', outgoing: true },
      ...{ caller: '+15550100201', callee: '+15550100900', reason: 'Normal call clearing' },
      ...{ beginMs: began, endMs: ended, answerMs: ended - 55_000 },
    })
    assert.equal(device.heard.length, 4)
    device.say(as('RECORD:9;ID;dir:1;num:777'))
    await house.settle()
    const { caller, callee, outgoing } = house.calls.at(-1) ?? assert.fail()
    assert.deepEqual([caller, callee, outgoing], ['777', '+15550100201', false])
  })

  test('calls and states are switched off where the line wants it', async () => {
    const house = aGoipHouse({ lines: [aLine({ call_events: false })] })
    const device = house.loggedIn()
    for (const name of ['STATE', 'RECORD', 'EXPIRY', 'HANGUP', 'REMAIN']) device.say(as(`${name}:1;ID;x:1`))
    await house.settle()
    assert.deepEqual(device.heard, [
      ...['STATE 1 DISABLE', 'RECORD 1 DISABLE', 'EXPIRY 1 DISABLE', 'HANGUP 1 DISABLE', 'REMAIN 1 OK'],
    ])
  })
})
