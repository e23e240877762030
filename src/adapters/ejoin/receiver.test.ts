import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { anEjoinHouse, MAC, sample } from '../../../test/support/ejoin-house.ts'

const OK = { status: 200, body: '{"code":200,"reason":"OK"}' }
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const aText = (text: string, at = 1_700_001_000, from = '15550100200') => [
  ...[0, '1.02', at, from, '15550100201', base64(text)],
]
const received = (...sms: unknown[]) => ({ type: 'recv-sms', sms_num: sms.length, sms })

describe('posts of an Ejoin device', () => {
  test('samples of the manual, byte for byte', async () => {
    const house = await anEjoinHouse({ device: { mac: '00-30-f1-00-6d-b1' } })
    const { post, fleet, texts, calls, events } = house
    for (const name of ['dev-status', 'port-status', 'recv-sms', 'cdr', 'sent-sms'])
      assert.deepEqual(await post(sample(name)), OK, name)
    assert.deepEqual(
      fleet.list().map(({ id, state }) => [id, state]),
      [
        ['ej1/1', 'registering'],
        ['ej1/2', 'unknown'],
        ['ej1/32', 'unknown'],
      ],
    )
    assert.deepEqual(fleet.get('ej1/1')?.limits?.tot_dur, { used: 0, limit: -1 })
    const [text] = texts
    assert.deepEqual([text?.line, text?.from, text?.text], ['ej1/1', '+8613715266978', 'yaq'])
    assert.equal(text?.sim.operator, 'CHINA MOBILE')
    const [call] = [...calls.values()]
    assert.deepEqual(
      [call?.line, call?.outgoing, call?.caller, call?.callee, call?.reason],
      ['ej1/1', true, '23', '10086', '201 Caller Hangup'],
    )
    assert.equal((call?.endMs ?? 0) - (call?.answerMs ?? 0), 7000)
    const sent = events.find(({ name }) => name === 'sent-by-device')
    assert.deepEqual([sent?.line, sent?.fields.to, sent?.fields.text], ['ej1/2', '12122222222', 'test sms'])
    assert.equal(house.lineOf(2).counts.sent.total, 1)
  })

  test('as the manual prints them, misread by its scanner, and newer firmware', async () => {
    const house = await anEjoinHouse({ device: { mac: '' } })
    assert.deepEqual(await house.post(sample('as-printed')), OK)
    const { limits, fields, sim } = house.lineOf(1)
    assert.deepEqual(limits?.smsctl_day, { used: 5, limit: 100 })
    assert.deepEqual([sim?.balance, fields?.dataflow_24hour_s], ['0.5', '12'])
    assert.deepEqual([house.texts[0]?.text, house.texts[0]?.line], ['yaq', 'ej1/1'])
    const newer = await anEjoinHouse()
    assert.deepEqual(await newer.post(sample('newer-firmware')), OK)
    assert.deepEqual(
      newer.fleet.list().map(({ line, state }) => [line, state]),
      [
        ['1', 'registered'],
        ['2', 'no-sim'],
      ],
    )
    assert.equal(newer.texts[0]?.text, 'hello Tandem')
    assert.equal(newer.texts[0]?.sim.number, '15550100900', 'a card of the pool, known by its receiver')
    assert.deepEqual(
      newer.reports.map(({ line, recipient, status }) => [line, recipient, status]),
      [['ej1/1', '15550100900', 0]],
    )
  })

  test('are answered when everything in them is on disk, and not before', async () => {
    const house = await anEjoinHouse()
    let free = (): void => {}
    house.disk.held = new Promise((resolve) => {
      free = resolve
    })
    let answer: unknown
    void house.post([received(aText('one')), received(aText('two'))]).then((said) => {
      answer = said
    })
    await house.turns()
    assert.equal(answer, undefined)
    free()
    await house.turns()
    assert.deepEqual(answer, OK)
    assert.deepEqual(
      house.texts.map(({ text }) => text),
      ['one', 'two'],
    )
  })

  test('that the disk does not take are refused, and taken once when they come again', async () => {
    const house = await anEjoinHouse()
    house.disk.works = false
    assert.equal((await house.post(received(aText('x')))).status, 503)
    assert.equal(house.ejoin.figures().complaints['not-stored'], 1)
    house.disk.works = true
    for (let i = 0; i < 3; i++) assert.deepEqual(await house.post(received(aText('x'))), OK)
    // The same row, spelled by other firmware.
    const spelled = ['0', '1B', '1700001000', 15550100200, '', base64('x')]
    assert.deepEqual(await house.post(received(spelled)), OK)
    assert.equal(house.texts.length, 1)
  })

  test('delivery reports and texts of its own count once, however often they come', async () => {
    const house = await anEjoinHouse()
    await house.status()
    const report = received([1, '1.02', 1_700_001_000, '1555', '15550100900', '0 26112122264900'])
    const own = {
      type: 'sent-sms',
      port: '1.02',
      sms_tid: 3,
      status: '0 OK',
      time: 1_700_001_000,
      recver: '9',
    }
    for (let i = 0; i < 3; i++) {
      await house.post(report)
      await house.post(own)
    }
    assert.deepEqual(
      house.reports.map(({ keyMs }) => keyMs),
      [30 * 86_400_000],
    )
    assert.equal(house.lineOf(1).counts.sent.total, 1)
    await house.post(received([1, '1.02', 1_700_001_002, '1555', '15550100900', '70 x']))
    await house.post(received([1, '1.02', 1_700_001_003, '1555', '15550100900', '-5 x']))
    assert.deepEqual(
      [house.reports.map(({ status }) => status), house.events.at(-1)?.name],
      [[0, 70], 'delivery-report'],
    )
  })

  test('by the other screen: the text itself, the rest in the query', async () => {
    const house = await anEjoinHouse()
    const block = 'Sender: 155\r\nSMSC: 1\r\nSCTS: 26112122264000\r\n\r\nby hand'
    const query = `port=1.02&sender=155&mac=${MAC}&iccid=8901`
    for (let i = 0; i < 2; i++) assert.deepEqual(await house.post(block, { query }), OK)
    assert.deepEqual(
      house.texts.map(({ text, from, line }) => [text, from, line]),
      [['by hand', '155', 'ej1/1']],
    )
  })

  test('a later record of a call takes the place of the one before', async () => {
    const house = await anEjoinHouse()
    const call = {
      type: 'cdr',
      port: '1.02',
      cid: 'c@x',
      cdir: 'MO',
      caller: '1',
      callee: '2',
      begin: 1_700_000_000,
    }
    await house.post({ ...call, answer: 1_700_000_005, update: 1_700_000_065 })
    await house.post({ ...call, answer: 1_700_000_005, end: 1_700_000_100, reason: '0', gw_reason: '16' })
    const [only, ...others] = [...house.calls.values()]
    assert.deepEqual(others, [])
    assert.deepEqual(
      [only?.callId, only?.outgoing, only?.endMs, only?.reason],
      ['c@x', false, 1_700_000_100_000, '16'],
    )
  })
})

describe('bad posts', () => {
  test('a path that no device has: not found, slower and slower, then blocked', async () => {
    const house = await anEjoinHouse()
    for (let i = 0; i < 20; i++) {
      const reply = house.post(received(aText('x')), { secret: 'guess', address: '192.0.2.1' })
      assert.equal((await house.slowly(reply)).status, 404)
    }
    assert.equal((await house.post({}, { address: '192.0.2.1' })).status, 429)
    assert.equal(house.ejoin.figures().complaints['unknown-secret'], 20)
    assert.ok(house.lines.some((line) => line.includes('a path that no device has')))
    assert.deepEqual(await house.post(received(aText('x'))), OK)
    for (const secret of ['', 'a'.repeat(5000), 'a-secret-of-24-character'])
      assert.equal((await house.slowly(house.post({}, { secret, address: '192.0.2.2' }))).status, 404)
  })

  test('what cannot be read is refused and named', async () => {
    const house = await anEjoinHouse()
    for (const body of [
      '',
      '{"type":',
      '7',
      '[[]]',
      new Array(1001).fill({}),
      received(...new Array(10_001).fill(0)),
    ])
      assert.equal((await house.slowly(house.post(body))).status, 400)
    const { complaints } = house.ejoin.figures()
    assert.deepEqual(complaints, { empty: 1, json: 1, form: 2, many: 2 })
    assert.ok(house.lines.some((line) => line.includes('the post is no JSON')))
  })

  test('another device is refused, with an alarm, and nothing of its post is kept', async () => {
    const house = await anEjoinHouse({ device: { mac: '' } })
    await house.status()
    const other = { type: 'sent-sms', mac: '02-00-5e-00-00-99', port: '1.02', status: '0', recver: '9' }
    assert.equal((await house.slowly(house.post([received(aText('x')), other]))).status, 403)
    assert.deepEqual(house.texts, [])
    assert.deepEqual(
      house.events.map(({ name, fields, alarm }) => [name, fields.mac, alarm]),
      [['foreign-mac', '02005e000099', true]],
    )
    assert.equal((await house.status({ mac: '02005E000010' })).status, 200)
  })

  test('a text that is no base64 is taken as it is; rows that are none, and unknown types, are kept raw', async () => {
    const house = await anEjoinHouse()
    const deep = `{"type":"weather","raw":${'['.repeat(900_000)}${']'.repeat(900_000)}}`
    const rows = [[0, '1.02', 1_700_001_000, '1', '', 'no base64!'], ['x'], 7]
    assert.deepEqual(await house.post(received(...rows)), OK)
    assert.deepEqual(await house.post({ type: 'recv-sms', sms: { flag: 0 } }), OK)
    assert.deepEqual(await house.post({ type: 'control', x: [1] }), OK)
    assert.deepEqual(await house.post(deep), OK)
    assert.deepEqual(
      house.texts.map(({ text }) => text),
      ['no base64!'],
    )
    assert.deepEqual(
      house.events.slice(0, 4).map(({ name, fields }) => [name, fields.raw?.slice(0, 24)]),
      [
        ['raw:recv-sms', '["x"]'],
        ['raw:recv-sms', '7'],
        ['raw:recv-sms', '{"flag":0}'],
        ['raw:control', '{"type":"control","x":[1'],
      ],
    )
    assert.deepEqual([house.events.length, house.events[4]?.name], [5, 'raw:weather'])
    assert.deepEqual(house.ejoin.figures().complaints, {
      ...{ 'not-base64': 1, 'unreadable-row': 3, 'unknown-type': 2 },
    })
  })

  test('times of another age are kept beside our own, which give the order', async () => {
    const house = await anEjoinHouse()
    await house.post(received(aText('past', 1), aText('future', 4_000_000_000)))
    const now = house.timers.clock.wallMs()
    assert.deepEqual(
      house.texts.map(({ text, atMs }) => [text, atMs]),
      [
        ['past', now],
        ['future', now],
      ],
    )
    assert.deepEqual(
      house.events.map(({ name, fields }) => [name, fields.device_time]),
      [
        ['odd-time', '1970-01-01T00:00:01.000Z'],
        ['odd-time', '2096-10-02T07:06:40.000Z'],
      ],
    )
  })

  test('overlong members are cut, not refused for ever', async () => {
    const house = await anEjoinHouse()
    const long = 'x'.repeat(100_000)
    const status = [
      { port: '1.02', st: `3 ${long}`, iccid: long, imsi: long, sn: long, opr: long, bal: long },
    ]
    assert.deepEqual(await house.status({ ver: long, ip: long, status }), OK)
    assert.deepEqual(await house.post(received([0, '1.02', 1_700_001_000, long, long, base64(long)])), OK)
    assert.ok((house.texts[0]?.from.length ?? 99) <= 64 && (house.texts[0]?.text.length ?? 1e9) <= 39_015)
    assert.ok(JSON.stringify(house.lineOf(1)).length < 2000)
  })

  test('more than the disk can follow are told to come again', async () => {
    const house = await anEjoinHouse()
    let free = (): void => {}
    house.disk.held = new Promise((resolve) => {
      free = resolve
    })
    const waiting = Array.from({ length: 500 }, (_, i) => house.post(received(aText(`${i}`))))
    assert.equal((await house.post(received(aText('too much')))).status, 503)
    free()
    for (const reply of waiting) assert.deepEqual(await reply, OK)
  })

  test('mutated posts never throw', async () => {
    const house = await anEjoinHouse({ device: { mac: '' } })
    const whole = sample('newer-firmware')
    let state = 7
    const random = (most: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
      return state % most
    }
    for (let round = 0; round < 1500; round++) {
      const body = Buffer.from(whole)
      for (let i = 0; i <= round % 4; i++) body[random(body.length)] = random(256)
      const reply = house.post(round % 5 === 0 ? body.subarray(0, random(body.length)) : body)
      if (round % 50 === 0) await house.pass(1000)
      void reply.then(({ status }) => assert.ok([200, 400, 403].includes(status)))
    }
    await house.pass(3000)
  })
})
