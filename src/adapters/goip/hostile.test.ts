import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Log } from '#lib/log'
import { aGoipHouse, aLine } from '../../../test/support/goip-house.ts'

const aLog = (level: 'info' | 'debug' = 'info') => {
  const lines: { level: string; text: string; payload: unknown; user: string | undefined }[] = []
  const log: Log = {
    on: (_, wanted) => level === 'debug' || wanted !== 'debug',
    write: (_, level, text, detail) =>
      void lines.push({ level, text, payload: detail?.payload, user: detail?.user }),
  }
  return { log, lines }
}

describe('a source that says wrong things', () => {
  test('is answered a hundred times, then slower and slower not at all, then again', () => {
    const house = aGoipHouse()
    const device = house.socket()
    for (let n = 0; n < 1000; n++) device.say(`req:${n};id:g8-03;pass:guess${n};`)
    assert.equal(device.heard.length, 100)
    assert.equal(house.goip.figures().unheard, 900)
    device.say('req:1;id:g8-03;pass:k9;')
    assert.equal(device.heard.length, 100, 'nor does the right password help who has guessed so long')
    house.timers.advance(1000)
    device.take()
    for (let n = 0; n < 10; n++) device.say(`req:${n};id:g8-03;pass:guess${n};`)
    assert.equal(device.heard.length, 4)
    house.timers.advance(60_000)
    device.say('req:1;id:g8-03;pass:k9;')
    assert.equal(device.heard.at(-1), 'reg:1;status:0;')
  })

  test('cannot keep the lines that are at home there from being heard', async () => {
    const house = aGoipHouse({ lines: [aLine(), aLine({ id: 'g8-04' })] })
    const device = house.loggedIn()
    const forger = house.socket('192.0.2.7', 1)
    for (let n = 0; n < 1000; n++) forger.say(`req:${n};id:g8-03;pass:guess;`)
    for (let n = 0; n < 1000; n++) forger.say(`nonsense ${n}`)
    assert.ok(forger.heard.length <= 100)
    device.say('req:2;id:g8-03;pass:k9;num:+15550100201;signal:22;gsm_status:LOGIN;')
    device.say('req:3;id:g8-03;pass:k9;gsm_status:LOGIN;')
    device.say('RECEIVE:1;id:g8-03;password:k9;srcnum:1;msg:x')
    await house.settle()
    assert.deepEqual(device.heard, ['reg:2;status:0;', 'reg:3;status:0;', 'RECEIVE 1 OK'])
    device.say('req:3;id:g8-03;pass:guess;')
    device.say('req:3;id:g8-04;pass:k9;')
    device.say('RECEIVE:1;id:g8-04;password:k9;srcnum:1;msg:x')
    await house.settle()
    assert.equal(device.heard.length, 3, 'a line that is new there waits')
    house.timers.advance(1000)
    device.say('req:3;id:g8-04;pass:k9;')
    assert.equal(device.heard.length, 4)
  })

  test('a device of 32 lines that nobody has configured yet is never slowed', () => {
    const house = aGoipHouse({ lines: [] })
    const device = house.socket()
    for (let minute = 0; minute < 20; minute++) {
      for (let n = 0; n < 32; n++) device.say(`req:1;id:l${n};pass:p;`)
      house.timers.advance(30_000)
    }
    assert.equal(device.heard.length, 640)
    assert.equal(house.goip.figures().unheard, 0)
  })

  test('that is blocked elsewhere is not heard, but for the lines at home there', () => {
    const blocked = new Set<string>()
    const house = aGoipHouse({ blocked: (address) => blocked.has(address) })
    const [device, stranger] = [house.loggedIn(), house.socket('198.51.100.9')]
    blocked.add('192.0.2.7').add('198.51.100.9')
    device.say('req:3;id:g8-03;pass:k9;')
    stranger.say('req:3;id:g8-03;pass:k9;')
    assert.deepEqual([device.heard.length, stranger.heard.length], [1, 0])
  })

  test('is never slowed when it is exempt', () => {
    const house = aGoipHouse({ exempt: () => true })
    const device = house.socket()
    for (let n = 0; n < 500; n++) device.say('req:1;id:x;pass:y;')
    assert.equal(device.heard.length, 500)
  })

  test('is told of once a second, with the reason, and how many more there were', () => {
    const { log, lines } = aLog()
    const house = aGoipHouse({ log })
    const device = house.socket()
    for (let n = 0; n < 50; n++) device.say('req:1;id:g8-03;pass:y;')
    house.timers.advance(1000)
    device.say('\x00\x01\x02')
    house.timers.advance(1000)
    device.say('OK 5 1')
    assert.deepEqual(
      lines.map(({ text, user }) => [text, user]),
      [
        ['"g8-03" refused: wrong password', '192.0.2.7:50001'],
        ['no message of a GoIP (form), 3 octets; 49 more complaints went untold', '192.0.2.7:50001'],
        ['OK that nobody waits for', '192.0.2.7:50001'],
      ],
    )
  })
})

describe('whatever comes', () => {
  test('passwords are not in the log, texts are at level debug', async () => {
    const { log, lines } = aLog('debug')
    const house = aGoipHouse({ log, lines: [aLine({ password: 'geheim' })] })
    const device = house.loggedIn('g8-03', 'geheim')
    device.say('RECEIVE:1;id:g8-03;password:geheim;srcnum:1;msg:hello;pass:x')
    void house.goip.driver.send(house.line(), { id: 'm', attempt: 1, to: '+1', text: 'hi', report: false })
    await house.settle()
    device.say(`PASSWORD ${/MSG (\d+)/.exec(device.heard.join(' '))?.[1]}`)
    await house.settle()
    const all = JSON.stringify(lines)
    assert.doesNotMatch(all, /geheim/)
    assert.match(all, /password:\*\*\*;srcnum:1;msg:hello;pass:x/)
    assert.match(all, /PASSWORD \d+ \*\*\*/)
    assert.match(all, /reg:1;status:0;/)
  })

  test('a flood of repetitions costs one text and a bounded memory', async () => {
    const house = aGoipHouse()
    const device = house.loggedIn()
    let free = (): void => {}
    house.disk.held = new Promise((resolve) => {
      free = resolve
    })
    for (let n = 0; n < 30_000; n++) device.say('RECEIVE:1;id:g8-03;password:k9;srcnum:1;msg:x')
    assert.equal(house.goip.figures().texts, 1)
    for (let n = 0; n < 30_000; n++) device.say(`RECEIVE:${n};id:g8-03;password:k9;srcnum:1;msg:x`)
    assert.equal(house.goip.figures().texts, 20_000, 'more are not under way to the disk at once')
    free()
    await house.settle()
    device.take()
    device.say('RECEIVE:29999;id:g8-03;password:k9;srcnum:1;msg:x')
    await house.settle()
    assert.deepEqual(device.heard, ['RECEIVE 29999 OK'])
  })

  test('nothing crashes, nothing false is acknowledged', async () => {
    const house = aGoipHouse()
    const device = house.loggedIn()
    const seeds = [
      'req:41;id:g8-03;pass:k9;num:15550100201;signal:22;gsm_status:LOGIN;voip_state:IDLE;',
      'RECEIVE:1;id:g8-03;password:k9;srcnum:+15550100900;msg:ok; see you: 5pm',
      'DELIVER:1795300011;id:g8-03;password:k9;sms_no:312;state:0;num:+15550100900',
      'RECORD:1;id:g8-03;password:k9;dir:1;num:5',
      'OK 7001 1 312\n',
    ]
    let state = 12_345
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
      return (state >>> 8) % below
    }
    for (let round = 0; round < 20_000; round++) {
      const bytes = Buffer.from(seeds[random(seeds.length)] as string)
      for (let times = random(4); times >= 0; times--) bytes[random(bytes.length)] = random(256)
      device.say(bytes.subarray(0, 1 + random(bytes.length)))
      if (round % 100 === 0) house.timers.advance(30_000)
      if (round % 1000 === 0) await house.settle()
    }
    await house.settle()
    const acknowledged = device.heard.filter((text) => /^RECEIVE .* OK$/.test(text)).length
    assert.ok(acknowledged > 0)
    assert.ok(acknowledged >= house.texts.length)
    device.say(new Uint8Array(0))
    device.say('x'.repeat(65_000))
    device.say(`req:${'9'.repeat(30)};id:g8-03;pass:k9;`)
    house.timers.advance(60_000)
    device.take()
    device.say('req:1;id:g8-03;pass:k9;')
    assert.deepEqual(device.heard, ['reg:1;status:0;'])
  })
})
