import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aGoipHouse, aLine } from '../../../test/support/goip-house.ts'

const SAMPLE =
  'req:41;id:g8-03;pass:k9;num:15550100201;signal:22;gsm_status:LOGIN;voip_status:LOGOUT;voip_state:IDLE;' +
  'remain_time:-1;imei:350000000000018;imsi:001010000000018;iccid:8900000000000000018;pro:TEST NET;idle:3;' +
  'disable_status:0;SMS_LOGIN:Y;SMB_LOGIN:;CELLINFO:LAC:1A2B,CELL ID:0C3D;CGATT:Y;'

describe('a keepalive', () => {
  test("is answered as the manual's example, byte for byte", () => {
    const house = aGoipHouse({ lines: [aLine({ id: 'goipid1', password: 'password1' })] })
    const device = house.socket()
    device.say('req:10;id:goipid1;pass:password1;')
    assert.deepEqual(device.heard, ['reg:10;status:0;'])
  })

  test('of newer firmware tells the fleet everything it says; 200 where the line wants it', () => {
    const house = aGoipHouse({ lines: [aLine({ status_ok: 200 })] })
    const device = house.socket()
    device.say(SAMPLE)
    assert.deepEqual(device.heard, ['reg:41;status:200;'])
    const { fields, ...seen } = house.sightings.at(-1) ?? assert.fail()
    assert.deepEqual(seen, {
      ...{ device: 'box', line: 'g8-03', kind: 'goip', state: 'registered', signal: 22 },
      sim: {
        ...{ number: '15550100201', imsi: '001010000000018', iccid: '8900000000000000018' },
        operator: 'TEST NET',
      },
      imei: '350000000000018',
    })
    assert.equal(fields?.CELLINFO, 'LAC:1A2B,CELL ID:0C3D')
    assert.equal(fields?.remain_time, '-1')
    assert.equal(fields?.pass, undefined)
  })

  test('that says the same again is answered from memory, and counts as a sign of life', () => {
    const house = aGoipHouse()
    const device = house.socket()
    device.say(SAMPLE)
    for (let count = 42; count < 50; count++) {
      house.timers.advance(30_000)
      device.say(SAMPLE.replace('req:41', `req:${count}`))
    }
    assert.equal(device.heard.at(-1), 'reg:49;status:0;')
    assert.deepEqual(house.lost, [])
    assert.deepEqual(house.sightings.at(-1), {
      ...{ device: 'box', line: 'g8-03', kind: 'goip', state: 'registered' },
    })
  })

  test('from another port moves the line there, also when it says the same', async () => {
    const house = aGoipHouse()
    const [first, second] = [house.socket(), house.socket('192.0.2.7', 50_999)]
    first.say(SAMPLE)
    second.say(SAMPLE)
    void house.goip.driver.send(house.line(), { id: 'm', attempt: 1, to: '+1', text: 'x', report: false })
    await house.settle()
    assert.equal(first.heard.length, 1)
    assert.match(second.heard[1] ?? '', /^MSG /)
  })

  test('with unknown fields, in another order, is a keepalive all the same', () => {
    const house = aGoipHouse()
    const device = house.socket()
    device.say('req:-7;zz_new:1;gsm_status:LOGIN;pass:k9;Iccid:x;id:g8-03')
    assert.deepEqual(device.heard, ['reg:-7;status:0;'])
    assert.deepEqual(house.sightings.at(-1)?.fields, { zz_new: '1', gsm_status: 'LOGIN', Iccid: 'x' })
  })

  test('tells the state of the line', () => {
    const house = aGoipHouse({ lines: [aLine({ number: '+4915550100' })] })
    const device = house.socket()
    for (const [fields, state] of [
      ['', 'registered'],
      ['gsm_status:LOGIN;', 'registered'],
      ['gsm_status:LOGIN;voip_state:IDLE;', 'registered'],
      ['gsm_status:LOGIN;voip_state:DIALING:123;', 'in-call'],
      ['gsm_status:LOGIN;voip_state:CONNECTED:123;', 'in-call'],
      ['gsm_status:LOGOUT;', 'no-sim'],
      ['gsm_status:DOWN;imsi:1;', 'not-registered'],
      ['gsm_status:LOGOUT;voip_state:ACTIVE;iccid:1;', 'not-registered'],
    ] as const) {
      device.say(`req:1;id:g8-03;pass:k9;${fields}`)
      assert.equal(house.sightings.at(-1)?.state, state, fields)
    }
    assert.equal(
      house.sightings.at(-1)?.sim?.number,
      '+4915550100',
      'as configured, where the device is silent',
    )
  })

  test('with a wrong password or id is refused with the status for that', () => {
    const house = aGoipHouse({ lines: [aLine({ status_refused: 500 })] })
    const device = house.socket()
    device.say('req:1;id:g8-03;pass:k8;')
    device.say('req:2;id:g8-03;')
    device.say('req:3;id:other;pass:k9;')
    device.say('req:4;pass:k9;')
    assert.deepEqual(device.heard, [
      'reg:1;status:500;',
      'reg:2;status:500;',
      'reg:3;status:404;',
      'reg:4;status:404;',
    ])
    assert.equal(house.sightings.filter(({ state }) => state !== 'offline').length, 0)
    assert.deepEqual(house.goip.figures().denied, {
      ...{ 'wrong password': 2, 'unknown id': 1, 'id is missing': 1, 'another address': 0, slowed: 0 },
    })
  })
})

describe('a line', () => {
  test('is offline from the start, and after 92 s of silence; a keepalive brings it back', () => {
    const house = aGoipHouse()
    assert.deepEqual(
      house.sightings.map(({ state, detail }) => [state, detail]),
      [['offline', 'not seen yet']],
    )
    const device = house.socket()
    device.say(SAMPLE)
    house.timers.advance(91_000)
    assert.deepEqual(house.lost, [])
    house.timers.advance(4000)
    assert.deepEqual(house.lost, ['box/g8-03 no keepalive'])
    house.timers.advance(200_000)
    assert.equal(house.lost.length, 1)
    device.say(SAMPLE)
    assert.equal(house.sightings.at(-1)?.fields?.pro, 'TEST NET', 'the whole of it, not a mere repetition')
  })

  test('is found silent among very many, while others go on', () => {
    const ids = Array.from({ length: 6000 }, (_, n) => `l${n}`)
    const house = aGoipHouse({ lines: ids.map((id) => aLine({ id })) })
    const device = house.socket()
    const say = (some: string[]) => {
      for (const id of some) device.say(`req:1;id:${id};pass:k9;`)
    }
    say(ids)
    house.timers.advance(60_000)
    say(ids.slice(0, 100))
    house.goip.removeLine('l0')
    house.timers.advance(36_500)
    assert.equal(house.lost.length, 5901)
    assert.equal(new Set(house.lost).size, 5901)
    house.timers.advance(60_000)
    assert.equal(house.lost.length, 6000)
  })

  test('is kept alive by whatever it says with its password', () => {
    const house = aGoipHouse()
    const device = house.loggedIn()
    house.timers.advance(60_000)
    device.say('STATE:1;id:g8-03;password:k9;gsm_remain_state:IDLE')
    house.timers.advance(60_000)
    assert.deepEqual(house.lost, [])
  })

  test('is bound to its first address: another one raises one alarm an hour and is refused', async () => {
    const house = aGoipHouse()
    house.loggedIn()
    const other = house.socket('198.51.100.9')
    other.say(SAMPLE)
    other.say(SAMPLE)
    await house.settle()
    assert.deepEqual(other.heard, ['reg:41;status:404;', 'reg:41;status:404;'])
    assert.deepEqual(
      house.events.map(({ line, name, fields, alarm }) => ({ line, name, fields, alarm })),
      [
        {
          ...{ line: 'box/g8-03', name: 'address-changed', alarm: true },
          fields: { from: '192.0.2.7', to: '198.51.100.9', refused: 'yes' },
        },
      ],
    )
    house.timers.advance(3_600_000)
    other.say(SAMPLE)
    await house.settle()
    assert.equal(house.events.length, 2)
  })

  test('without pin_address follows its device, and says so', async () => {
    const house = aGoipHouse({ lines: [aLine({ pin_address: false })] })
    house.loggedIn()
    const other = house.socket('198.51.100.9')
    other.say(SAMPLE)
    await house.settle()
    assert.deepEqual(other.take(), ['reg:41;status:0;'])
    assert.deepEqual(
      house.events.map(({ fields }) => fields.refused),
      ['no'],
    )
    void house.goip.driver.command(house.line(), 'get_imei', [])
    await house.settle()
    assert.match(other.heard[0] ?? '', /^get_imei \d+ k9$/)
  })

  test('is added, changed and removed while the house runs', () => {
    const house = aGoipHouse({ lines: [] })
    const device = house.socket()
    device.say(SAMPLE)
    assert.deepEqual(device.take(), ['reg:41;status:404;'])
    house.goip.addLine(aLine())
    device.say(SAMPLE)
    assert.deepEqual(device.take(), ['reg:41;status:0;'])
    house.goip.addLine(aLine({ status_ok: 200 }))
    device.say(SAMPLE)
    assert.deepEqual(device.take(), ['reg:41;status:200;'])
    assert.deepEqual(house.lost, [], 'other settings do not take it away')
    house.goip.addLine(aLine({ password: 'new' }))
    assert.deepEqual(house.lost, ['box/g8-03 forgotten'])
    device.say(SAMPLE)
    assert.deepEqual(device.take(), ['reg:41;status:404;'])
    assert.equal(house.goip.figures().lines, 1)
    assert.equal(house.goip.removeLine('g8-03'), true)
    assert.equal(house.goip.removeLine('g8-03'), false)
    device.say(SAMPLE.replace('k9', 'new'))
    assert.deepEqual(device.take(), ['reg:41;status:404;'])
  })

  test('keeps its address when it gets other settings, and loses it with its password', () => {
    const house = aGoipHouse()
    house.loggedIn()
    house.goip.addLine(aLine({ number_format: 'bare' }))
    const other = house.socket('198.51.100.9')
    other.say(SAMPLE)
    house.goip.addLine(aLine({ password: 'new' }))
    other.say(SAMPLE.replace('k9', 'new'))
    assert.deepEqual(other.heard, ['reg:41;status:404;', 'reg:41;status:0;'])
  })

  test('of a name that moves to another device leaves the one that it was of', () => {
    const house = aGoipHouse()
    house.loggedIn()
    house.goip.addLine(aLine({ device: 'other' }))
    assert.deepEqual(house.lost, ['box/g8-03 forgotten'])
    assert.equal(house.sightings.at(-1)?.device, 'other')
  })
})
