import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aGoip } from './testing.ts'

describe('a simulated GoIP', () => {
  test('says that it is there every 30 s, in three sizes', async () => {
    const first = async (firmware: 3 | 7 | 18) => {
      const goip = await aGoip({ firmware })
      await goip.pass(61_000)
      const [one, ...rest] = goip.heard.map(({ text }) => text)
      assert.deepEqual([rest.length, rest[1]?.slice(0, 6)], [2, 'req:3;'])
      return one
    }
    assert.equal(await first(3), 'req:1;id:g1;pass:pw;')
    const manual = 'req:1;id:g1;pass:pw;num:+15550100201;signal:24;gsm_status:LOGIN;voip_status:LOGOUT;'
    assert.equal(await first(7), manual)
    assert.match((await first(18)) ?? '', /^req:1;.*;CELLINFO:LAC:1A2B,CELL ID:0C3D;CGATT:Y;$/)
  })

  test('is registered by either good status, and says when it is refused', async () => {
    const goip = await aGoip()
    await goip.pass(50)
    for (const status of ['0', '404', '200']) {
      goip.say(`reg:1;status:${status};`)
      await goip.pass(50)
    }
    assert.deepEqual(
      goip.events.map(({ kind }) => kind),
      ['registered', 'refused', 'registered'],
    )
    assert.equal(goip.device.lines[0]?.registered, true)
  })

  test('the sample of the manual: a text goes through MSG, PASSWORD, SEND, DONE', async () => {
    const goip = await aGoip()
    await goip.pass(50)
    goip.say('MSG 7001 10 Grüße€\n')
    await goip.pass(50)
    goip.say('PASSWORD 7001 pw\n')
    await goip.pass(50)
    goip.say('SEND 7001 1 +15550100900\n')
    await goip.pass(50)
    assert.deepEqual(goip.said(), ['PASSWORD 7001\n', 'SEND 7001\n', 'WAIT 7001 1\n'])
    assert.equal(goip.left.length, 0)
    await goip.pass(5000)
    assert.match(goip.said()[0] ?? '', /^OK 7001 1 \d+\n$/)
    goip.say('DONE 7001\n')
    await goip.pass(50)
    assert.deepEqual(goip.said(), ['DONE 7001\n'])
    const [text] = goip.left
    assert.deepEqual([text?.from, text?.to, text?.text], ['+15550100201', '+15550100900', 'Grüße€'])
    await goip.pass(4000)
    assert.match(goip.said()[0] ?? '', /^DELIVER:\d+;id:g1;password:pw;sms_no:\d+;state:0;num:\+15550100900$/)
  })

  test('asking again for a text neither sends it again nor changes the answer', async () => {
    const goip = await aGoip()
    await goip.pass(50)
    await goip.session(1, 'hi')
    for (let turn = 0; turn < 12; turn++) {
      goip.say('SEND 1 5 +15550100900\n')
      await goip.pass(500)
    }
    const words = goip.said().filter((text) => /^(WAIT|OK)/.test(text))
    const ok = words.filter((text) => text.startsWith('OK'))
    assert.ok(ok.length > 1)
    assert.equal(new Set(ok).size, 1)
    assert.equal(goip.left.length, 1)
  })

  test('firmware that forgets what is under way sends it as often as it is asked', async () => {
    const goip = await aGoip({ quirks: ['forgets'] })
    await goip.pass(50)
    await goip.session(1, 'hi')
    for (const _ of [1, 2]) {
      goip.say('SEND 1 5 +15550100900\n')
      await goip.pass(100)
    }
    await goip.pass(12_000)
    assert.equal(goip.left.length, 2)
  })

  test('remembers the last ten numbers of a session', async () => {
    const goip = await aGoip({ radio: { leastMs: 10, mostMs: 20 } })
    await goip.pass(50)
    await goip.session(1, 'hi')
    for (let telid = 1; telid <= 11; telid++) {
      goip.say(`SEND 1 ${telid} +1555010090${telid}\n`)
      await goip.pass(100)
    }
    assert.equal(goip.left.length, 11)
    goip.say('SEND 1 2 +15550100902\n')
    await goip.pass(100)
    assert.equal(goip.left.length, 11)
    goip.say('SEND 1 1 +15550100901\n')
    await goip.pass(100)
    assert.equal(goip.left.length, 12)
  })

  test('one text at a time on a line', async () => {
    const goip = await aGoip({ radio: { leastMs: 2000, mostMs: 2000 } })
    await goip.pass(50)
    await goip.session(1, 'hi')
    goip.say('SEND 1 1 +15550100901\n')
    goip.say('SEND 1 2 +15550100902\n')
    await goip.pass(2500)
    assert.equal(goip.left.length, 1)
    await goip.pass(2000)
    assert.equal(goip.left.length, 2)
  })

  test('takes five sessions at once over all lines, and drops one after 90 s', async () => {
    const goip = await aGoip({ lines: 3 })
    await goip.pass(500)
    for (let sid = 1; sid <= 6; sid++) goip.say(`MSG ${sid} 2 hi\n`, `g${(sid % 3) + 1}`)
    await goip.pass(100)
    const words = goip.said()
    assert.equal(words.filter((text) => text.startsWith('PASSWORD')).length, 5)
    assert.deepEqual(
      words.filter((text) => text.startsWith('ERROR')),
      ['ERROR 6 too many sessions\n'],
    )
    await goip.pass(90_000)
    goip.say('MSG 7 2 hi\n')
    await goip.pass(100)
    assert.deepEqual(goip.said(), ['PASSWORD 7\n'])
  })

  test('a wrong password, a number before the password, errors of the network', async () => {
    const goip = await aGoip({ radio: { failPercent: 100, errors: [38] } })
    await goip.pass(50)
    goip.say('MSG 1 2 hi\n')
    await goip.pass(50)
    goip.say('SEND 1 1 +15550100900\n')
    goip.say('PASSWORD 1 wrong\n')
    await goip.pass(50)
    assert.deepEqual(goip.said(), ['PASSWORD 1\n', 'ERROR 1 PASSWORD\n', 'ERROR 1 PASSWORD\n'])
    await goip.session(2, 'hi')
    goip.say('SEND 2 1 +15550100900\n')
    await goip.pass(5100)
    assert.equal(goip.said().at(-1), 'ERROR 2 1 errorstatus:38\n')
    assert.equal(goip.left.length, 0)
  })

  test('takes as many octets of the text as it was promised', async () => {
    const goip = await aGoip({ radio: { leastMs: 10, mostMs: 20 } })
    await goip.pass(50)
    goip.say('MSG 1 6 Grüße€\n')
    await goip.pass(50)
    goip.say('PASSWORD 1 pw\n')
    await goip.pass(50)
    goip.say('SEND 1 1 +15550100900\n')
    await goip.pass(100)
    assert.equal(goip.left[0]?.text, 'Grüß')
  })

  test('a text that comes in is told again after 3 s, three times, until it is taken', async () => {
    const goip = await aGoip()
    await goip.pass(50)
    goip.device.lines[0]?.receive('+15550100900', 'a;msg:b\n:c')
    await goip.pass(13_000)
    const words = goip.said()
    assert.equal(words.length, 4)
    assert.equal(new Set(words).size, 1)
    assert.match(words[0] ?? '', /;srcnum:\+15550100900;smscnum:\+15550000001;msg:a;msg:b\n:c$/)
    assert.equal(goip.events.at(-1)?.kind, 'told')
    goip.device.lines[0]?.receive('+15550100900', 'again')
    await goip.pass(50)
    const number = /^RECEIVE:(\d+)/.exec(goip.said()[0] ?? '')?.[1]
    goip.say(`RECEIVE ${number} OK`)
    await goip.pass(5000)
    assert.deepEqual(goip.said(), [])
  })

  test('clocks without NTP: receipts that are negative, receipts that come again', async () => {
    for (const [quirk, pattern] of [
      ['negative-receipts', /^RECEIVE:-\d/],
      ['repeats-receipts', /^RECEIVE:\d/],
    ] as const) {
      const goip = await aGoip({ quirks: [quirk] })
      await goip.pass(50)
      for (let turn = 0; turn < 6; turn++) goip.device.lines[0]?.receive('+1555', `text ${turn}`)
      await goip.pass(50)
      const words = goip.said()
      for (const text of words) assert.match(text, pattern)
      const receipts = new Set(words.map((text) => text.split(';')[0]))
      assert.equal(receipts.size, quirk === 'negative-receipts' ? 6 : 3)
    }
  })

  test('a text from one SIM arrives at the other, and others answer', async () => {
    const goip = await aGoip({ lines: 2, radio: { leastMs: 10, mostMs: 20 }, reply: 'got: %' })
    await goip.pass(500)
    await goip.session(1, 'hi')
    goip.say('SEND 1 1 +15550100202\n')
    goip.say('SEND 1 2 0015559999\n')
    await goip.pass(2000)
    const incoming = goip.said().filter((text) => text.startsWith('RECEIVE'))
    assert.ok(incoming.some((text) => /;id:g2;.*srcnum:\+15550100201;.*msg:hi$/.test(text)))
    assert.ok(incoming.some((text) => /;id:g1;.*srcnum:0015559999;.*msg:got: hi$/.test(text)))
  })

  test('without power nothing leaves and nothing is said; it starts as new', async () => {
    const goip = await aGoip()
    await goip.pass(50)
    await goip.session(1, 'hi')
    goip.say('SEND 1 1 +15550100900\n')
    await goip.pass(500)
    goip.device.unplug()
    goip.heard.length = 0
    await goip.pass(60_000)
    assert.deepEqual([goip.left.length, goip.heard.length, goip.net.timers.armed], [0, 0, 0])
    await goip.device.plug()
    await goip.pass(50)
    assert.match(goip.heard[0]?.text ?? '', /^req:1;/)
    goip.say('SEND 1 1 +15550100900\n')
    await goip.pass(6000)
    assert.deepEqual(goip.said(), [])
  })
})

describe('commands', () => {
  const ask = async (words: string, wish: Parameters<typeof aGoip>[0] = {}) => {
    const goip = await aGoip(wish)
    await goip.pass(50)
    goip.say(words)
    await goip.pass(3000)
    return goip.said().map((text) => text.replace(/^(\w+):\d+;/, '$1:…;'))
  }
  test('read and set', async () => {
    assert.deepEqual(await ask('get_gsm_num 7 pw'), ['get_gsm_num 7 +15550100201'])
    assert.deepEqual(await ask('set_exp_time 7 60 pw'), ['set_exp_time 7 60 ok'])
    assert.deepEqual(await ask('set_exp_time 7 soon pw'), ['ERROR 7 soon value'])
    assert.deepEqual(await ask('get_imei 7 wrong'), ['ERROR 7 PASSWORD'])
    assert.deepEqual(await ask('set_imei 7 350000000000018 pw'), ['ERROR 7 unknown command'])
    assert.deepEqual(await ask('CW 7 pw 2'), ['CWSTATE 7 off'])
    assert.deepEqual(await ask('CF 7 pw 0 3 +1555 20'), ['CFOK 7'])
    assert.match((await ask('GSM 7 pw'))[0] ?? '', /^GSM:…;get_gsm_num:\+15550100201;.*;module_down:0$/)
    assert.deepEqual(
      await ask('get_cells_list 7 pw'),
      ['get_cells_list 7 ok', 'CELLS:…;id:g1;password:pw;lists:0C3D,0C3E,0C3F,'].toReversed(),
    )
  })

  test('USSD with a menu', async () => {
    const goip = await aGoip()
    await goip.pass(50)
    const dial = async (words: string) => {
      goip.say(words)
      await goip.pass(3000)
      return goip.said()
    }
    assert.deepEqual(await dial('USSD 9 pw *100#'), ['USSD 9 Balance 4.20'])
    assert.match((await dial('USSD 9 pw *111#'))[0] ?? '', /^USSD 9 1 Balance/)
    assert.deepEqual(await dial('USSD 9 pw 2'), ['USSD 9 Your number is +15550100201'])
    assert.deepEqual(await dial('USSD 9 pw 2'), ['USSDERROR 9 unknown'])
    assert.deepEqual(await dial('USSDEXIT 9 pw'), ['USSDEXIT 9'])
  })

  test('a call is told from its ringing to its end', async () => {
    const goip = await aGoip()
    await goip.pass(50)
    goip.device.lines[0]?.call('in', '+15550100900', 2)
    await goip.pass(2500)
    const names = [...new Set(goip.said().map((text) => text.split(':')[0]))]
    assert.deepEqual(names, ['STATE', 'RECORD', 'EXPIRY', 'HANGUP', 'REMAIN'])
  })

  test('odd datagrams do not harm', async () => {
    const goip = await aGoip()
    await goip.pass(50)
    for (const text of [
      '',
      'MSG',
      'MSG 1',
      'MSG 1 x y',
      'SEND 1',
      'SEND 9 1 +1',
      'constructor 1 pw',
      'x'.repeat(5000),
    ])
      goip.say(text)
    await goip.pass(100)
    assert.deepEqual(goip.said(), ['ERROR 1 LENGTH\n', 'ERROR 1 LENGTH\n', 'ERROR 1 unknown command'])
  })
})
