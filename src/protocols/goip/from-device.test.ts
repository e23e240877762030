import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type FromDevice, parseFromDevice } from './from-device.ts'

const octets = (text: string): Uint8Array => new TextEncoder().encode(text)
const read = (text: string): FromDevice => {
  const read = parseFromDevice(octets(text))
  assert.ok(read.ok, text)
  return read.value
}
const fieldsOf = (message: FromDevice): Record<string, string> =>
  Object.fromEntries(message.kind === 'answer' ? [] : message.fields)

describe('what a GoIP device says', () => {
  test("the manual's keepalive", () => {
    const message = read('req:10;id:goipid1;pass:password1;')
    assert.deepEqual(
      { ...message, fields: fieldsOf(message) },
      {
        ...{ kind: 'keepalive', count: '10', id: 'goipid1', password: 'password1', fields: {} },
      },
    )
  })

  test('the keepalive of newer firmware, by key', () => {
    const message = read(
      'req:41;id:g8-03;pass:k9;num:15550100201;signal:22;gsm_status:LOGIN;voip_status:LOGOUT;voip_state:IDLE;' +
        'remain_time:-1;imei:350000000000018;imsi:001010000000018;iccid:8900000000000000018;pro:TEST NET;idle:3;' +
        'disable_status:0;SMS_LOGIN:Y;SMB_LOGIN:;CELLINFO:LAC:1A2B,CELL ID:0C3D;CGATT:Y;',
    )
    const fields = fieldsOf(message)
    assert.equal(fields.CELLINFO, 'LAC:1A2B,CELL ID:0C3D')
    assert.equal(fields.pro, 'TEST NET')
    assert.equal(fields.SMB_LOGIN, undefined)
    assert.equal(fields.CGATT, 'Y')
    assert.equal(fields.remain_time, '-1')
  })

  test('fields in another order, empty forms, and both words for the password', () => {
    const message = read('req:1;num:(null);pass:p;signal:<NULL>;id:a;gsm_status:LOGOUT')
    assert.deepEqual(fieldsOf(message), { gsm_status: 'LOGOUT' })
    const event = read('STATE:7;id:a;password:p;gsm_remain_state:IDLE')
    assert.ok(event.kind === 'event' && event.password === 'p')
  })

  test("the manual's received text", () => {
    const message = read('RECEIVE:1270197307;id:goipid1;pass:password1;srcnum:+8613513415667;msg:just a test')
    assert.ok(message.kind === 'event')
    assert.equal(message.receipt, '1270197307')
    assert.equal(message.fields.get('srcnum'), '+8613513415667')
    assert.equal(message.body, 'just a test')
  })

  test('a text may hold everything, its own marks too', () => {
    const text = 'a;b:c\n;msg:again;id:other'
    const message = read(`RECEIVE:-5;id:a;password:p;srcnum:1;smscnum:2;msg:${text}`)
    assert.ok(message.kind === 'event')
    assert.deepEqual([message.receipt, message.id, message.body], ['-5', 'a', text])
  })

  test('answers of a bulk session', () => {
    for (const [text, word, session, rest] of [
      ['PASSWORD 7001\n', 'PASSWORD', '7001', ''],
      ['SEND 7001\n', 'SEND', '7001', ''],
      ['WAIT 7001 1\n', 'WAIT', '7001', '1'],
      ['OK 7001 1 312\n', 'OK', '7001', '1 312'],
      ['ERROR 7001 1 errorstatus:38\n', 'ERROR', '7001', '1 errorstatus:38'],
      ['DONE 11', 'DONE', '11', ''],
      ['USSD 5 Your balance: 3;50', 'USSD', '5', 'Your balance: 3;50'],
      ['GSM:9;get_gsm_num:1;module_down:0', 'GSM', '9', 'get_gsm_num:1;module_down:0'],
    ] as const)
      assert.deepEqual(read(text), { kind: 'answer', word, session, rest })
  })

  test('the first of a name counts, an event keeps its blanks, zeros at the end are none', () => {
    const message = read('RECEIVE:1;id:a;password:p;srcnum:;id:other;password:q;num:(null);msg:x\0\0')
    assert.ok(message.kind === 'event')
    assert.deepEqual([message.id, message.password, message.body], ['a', 'p', 'x'])
    assert.deepEqual(fieldsOf(message), { srcnum: '', num: '' })
    assert.deepEqual(parseFromDevice(octets('\0\0')), { ok: false, error: 'empty' })
  })

  test('who does not say its id speaks for nobody', () => {
    const message = read('RECEIVE:1;pass:b;msg:no id')
    assert.ok(message.kind === 'event')
    assert.equal(message.id, '')
  })

  test('what is no message is named', () => {
    for (const [text, fault] of [
      ['', 'empty'],
      ['hello', 'form'],
      ['req:x;id:a;pass:b', 'form'],
      ['OK notanumber', 'form'],
      [`RECEIVE:1;id:a;msg:${'x'.repeat(5000)}`, 'long'],
    ] as const)
      assert.deepEqual(parseFromDevice(octets(text)), { ok: false, error: fault })
  })

  test('any octets give a value or a fault', () => {
    const seed = octets('RECEIVE:1;id:g8-03;password:k9;srcnum:+15550100900;msg:ok; see you: 5pm')
    for (let round = 0; round < 5000; round++) {
      const copy = seed.slice(0, 1 + ((round * 7) % seed.length))
      for (let at = 0; at < 4; at++)
        copy[(round * 31 + at * 17) % copy.length] = (round * 13 + at * 101) & 255
      parseFromDevice(copy)
    }
  })
})
