import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { SendResult } from '#core'
import { parseFromDevice } from '#goip-wire'
import { createHandClock } from '#lib/timers'
import { aLine } from '../../../test/support/goip-house.ts'
import type { GoipLine } from './lines.ts'
import type { LineSettings } from './ports.ts'
import { Session } from './sessions.ts'

const aSession = (text = 'hello', settings: Partial<LineSettings> = {}) => {
  const timers = createHandClock()
  const said: string[] = []
  const told: string[] = []
  const line = { settings: aLine({ password: 'password1', ...settings }) } as GoipLine
  const session = new Session(
    {
      timers,
      say: (_line, words) => void said.push(words),
      onPassword: () => void told.push('password'),
      onEnd: () => void told.push('end'),
    },
    { line, number: 11, text },
  )
  const hear = (text: string): void => {
    const read = parseFromDevice(Buffer.from(text))
    assert.ok(read.ok && read.value.kind === 'answer', text)
    session.onAnswer(read.value)
  }
  const results: Record<string, SendResult> = {}
  const send = (to: string): void => {
    void session.send(to).then((result) => {
      results[to] = result
    })
  }
  return {
    ...{ timers, line, session, said, told, hear, results, send },
    take: (): string[] => said.splice(0),
    settle: () => new Promise((done) => setImmediate(done)),
    /** Up to the first SEND. */
    begin(...numbers: string[]): void {
      for (const to of numbers) send(to)
      hear('PASSWORD 11\n')
      hear('SEND 11\n')
      said.length = 0
    },
  }
}

describe('a bulk session', () => {
  test("goes as the manual's example, byte for byte", async () => {
    const { said, hear, send, results, settle, told, timers } = aSession()
    send('+8613513415667')
    hear('PASSWORD 11\n')
    hear('SEND 11\n')
    hear('OK 11 1\n')
    hear('DONE 11\n')
    await settle()
    assert.deepEqual(said, [
      ...['MSG 11 5 hello\n', 'PASSWORD 11 password1\n', 'SEND 11 1 +8613513415667\n', 'DONE 11\n'],
    ])
    assert.deepEqual(results, { '+8613513415667': { kind: 'sent' } })
    assert.deepEqual([told, timers.armed], [['end'], 0])
  })

  test('counts octets, hears WAIT, and tells by what the delivery report will name it', async () => {
    const { said, hear, send, results, settle } = aSession('Grüße€')
    send('+15550100900')
    hear('PASSWORD 11')
    hear('SEND 11')
    hear('WAIT 11 1\n')
    hear('OK 11 1 312\n')
    await settle()
    assert.equal(said[0], 'MSG 11 10 Grüße€\n')
    assert.deepEqual(results['+15550100900'], { kind: 'sent', reference: '312' })
  })

  test('takes many numbers, one after the other, also in the middle', async () => {
    const { begin, said, hear, send, results, settle } = aSession()
    begin('+1', '+2')
    hear('OK 11 1 71\n')
    send('+3')
    hear('WAIT 11 2\n')
    hear('ERROR 11 2 errorstatus:21\n')
    hear('OK 11 3 73\n')
    hear('DONE 11\n')
    await settle()
    assert.deepEqual(said, ['SEND 11 2 +2\n', 'SEND 11 3 +3\n', 'DONE 11\n'])
    assert.deepEqual(results, {
      '+1': { kind: 'sent', reference: '71' },
      '+2': { kind: 'refused', fault: 'number', reason: 'error 21', cause: 21 },
      '+3': { kind: 'sent', reference: '73' },
    })
  })

  test('with ten numbers and more sends the next only after the word on the one before', () => {
    const { begin, said, hear } = aSession()
    begin(...Array.from({ length: 25 }, (_, n) => `+1${n}`))
    for (let telid = 1; telid < 25; telid++) {
      hear(`WAIT 11 ${telid}\n`)
      assert.equal(said.length, telid - 1)
      hear(`OK 11 ${telid}\n`)
      assert.equal(said.at(-1), `SEND 11 ${telid + 1} +1${telid}\n`)
    }
  })

  test('says MSG, PASSWORD and DONE again while nothing is heard', () => {
    const { said, hear, send, timers, take, told } = aSession()
    send('+1')
    timers.advance(5000)
    assert.deepEqual(take(), ['MSG 11 5 hello\n', 'MSG 11 5 hello\n'])
    hear('PASSWORD 11\n')
    hear('PASSWORD 11\n')
    timers.advance(5010)
    assert.deepEqual(take(), ['PASSWORD 11 password1\n', 'PASSWORD 11 password1\n'])
    hear('SEND 11\n')
    hear('SEND 11\n')
    hear('OK 11 1\n')
    hear('OK 11 1\n')
    take()
    timers.advance(60_000)
    assert.deepEqual(said, ['DONE 11\n', 'DONE 11\n', 'DONE 11\n'])
    assert.deepEqual(told, ['end'])
    assert.equal(timers.armed, 0)
  })

  test('of a device that says nothing is certainly not sent', async () => {
    const { begin: _, send, timers, results, settle, told } = aSession()
    send('+1')
    timers.advance(60_000)
    await settle()
    assert.deepEqual(results, {
      '+1': { kind: 'refused', fault: 'line', reason: 'the device does not answer' },
    })
    assert.deepEqual(told, ['end'])
  })

  test('that the device has no room for is not sent, and nothing is ended that never began', async () => {
    const { send, hear, said, results, settle, told } = aSession()
    send('+1')
    hear('ERROR 11 too many request\n')
    await settle()
    assert.deepEqual(results, { '+1': { kind: 'refused', fault: 'busy', reason: 'too many request' } })
    assert.deepEqual([said, told], [['MSG 11 5 hello\n'], ['end']])
  })

  test('with a password that the device does not take ends with DONE and an alarm', async () => {
    const { send, hear, said, results, settle, told } = aSession()
    send('+1')
    send('+2')
    hear('PASSWORD 11\n')
    hear('ERROR 11 PASSWORD\n')
    assert.equal(said.at(-1), 'DONE 11\n')
    hear('DONE 11\n')
    await settle()
    const refused = { kind: 'refused', fault: 'line', reason: 'the device does not take the password' }
    assert.deepEqual(results, { '+1': refused, '+2': refused })
    assert.deepEqual(told, ['password', 'end'])
  })

  test('understands what an error means', async () => {
    for (const [code, fault] of [
      [1, 'line'],
      [38, 'busy'],
      [42, 'busy'],
      [500, 'busy'],
      [21, 'number'],
      [195, 'number'],
      [8, 'line'],
      [310, 'line'],
      [331, 'line'],
      [9999, 'line'],
    ] as const) {
      const { begin, hear, results, settle } = aSession()
      begin('+1')
      hear(`ERROR 11 1 errorstatus:${code}\n`)
      await settle()
      assert.deepEqual(results['+1'], { kind: 'refused', fault, reason: `error ${code}`, cause: code })
    }
    const { begin, hear, results, settle } = aSession()
    begin('+1')
    hear('ERROR 11 1 no idea\n')
    await settle()
    assert.deepEqual(results['+1'], { kind: 'refused', fault: 'line', reason: '1 no idea' })
  })

  test('hears only of the number that is sent now', async () => {
    const { begin, hear, results, settle } = aSession()
    begin('+1', '+2')
    for (const word of ['OK 11 2', 'OK 11', 'ERROR 11 2 errorstatus:1', 'WAIT 11 7', 'DONE 11', 'SEND 11'])
      hear(word)
    await settle()
    assert.deepEqual(results, {})
  })

  test('that the device lost is not sent when its first SEND is refused so, else unknown', async () => {
    const [first, second, third] = [aSession(), aSession(), aSession()]
    for (const { begin } of [first, second, third]) begin('+1')
    first.hear('ERROR 11 no such session')
    second.hear('WAIT 11 1')
    second.hear('ERROR 11 no such session')
    third.timers.advance(20_010)
    third.hear('ERROR 11 no such session')
    await first.settle()
    assert.equal(first.results['+1']?.kind, 'refused')
    assert.equal(second.results['+1']?.kind, 'unknown')
    assert.equal(third.results['+1']?.kind, 'unknown')
  })

  test('begins no number when its 90 s are nearly over', async () => {
    const { begin, hear, timers, results, settle, said } = aSession('hello', { wait_poll: 'never' })
    begin('+1', '+2')
    timers.advance(75_000)
    hear('OK 11 1\n')
    await settle()
    assert.deepEqual(results['+2'], { kind: 'refused', fault: 'busy', reason: 'the session is too old' })
    assert.deepEqual(said, ['DONE 11\n'])
  })

  test('that is over takes no more numbers', async () => {
    const { begin, hear, send, results, settle } = aSession()
    begin('+1')
    hear('OK 11 1\n')
    send('+2')
    hear('DONE 11\n')
    send('+3')
    await settle()
    assert.equal(results['+2']?.kind, 'refused')
    assert.equal(results['+3']?.kind, 'refused')
  })

  test('goes on by the settings of its beginning', () => {
    const { line, send, hear, said } = aSession()
    send('+1')
    hear('PASSWORD 11\n')
    line.settings = aLine({ password: 'password1', direct_sms: true })
    hear('SEND 11\n')
    assert.equal(said.at(-1), 'SEND 11 1 +1\n')
  })

  test('in a house that closes: unknown what was begun, refused what was not', async () => {
    const { begin, session, said, results, settle, told, timers } = aSession()
    begin('+1', '+2')
    session.close()
    await settle()
    assert.deepEqual(results, {
      '+1': { kind: 'unknown', reason: 'shutdown' },
      '+2': { kind: 'refused', fault: 'busy', reason: 'shutdown' },
    })
    assert.deepEqual([said, told, timers.armed], [[], ['end'], 0])
    const young = aSession()
    young.send('+1')
    young.session.close()
    await settle()
    assert.equal(young.results['+1']?.kind, 'refused')
  })

  test('of one datagram, where the firmware knows that', async () => {
    const { said, hear, send, results, settle, told } = aSession('two words', { direct_sms: true })
    send('+1')
    hear('WAIT 11 1\n')
    hear('OK 11 1 9\n')
    hear('DONE 11\n')
    await settle()
    assert.deepEqual(said, ['SMS 11 1 password1 +1 two words\n', 'DONE 11\n'])
    assert.deepEqual(results, { '+1': { kind: 'sent', reference: '9' } })
    assert.deepEqual(told, ['end'])
  })
})

describe('after a SEND', () => {
  const SEND = 'SEND 11 1 +1\n'
  const unknown = { kind: 'unknown', reason: 'the device fell silent' }

  test('never: it is said once, and the word on it is waited for until the session ends', async () => {
    for (const words of [[], ['WAIT 11 1\n']]) {
      const { begin, hear, timers, said, results, settle } = aSession('hello', { wait_poll: 'never' })
      begin('+1')
      for (const word of words) hear(word)
      timers.advance(89_000)
      await settle()
      assert.deepEqual([said, results], [[], {}])
      timers.advance(1010)
      await settle()
      assert.deepEqual([said, results], [['DONE 11\n'], { '+1': unknown }])
    }
  })

  test('silent: asked again after 20 s in which nothing was heard, once when there was a WAIT', async () => {
    const { begin, hear, timers, take, results, settle } = aSession()
    begin('+1')
    timers.advance(5000)
    hear('WAIT 11 1\n')
    timers.advance(19_900)
    assert.deepEqual(take(), [])
    hear('WAIT 11 1\n')
    timers.advance(19_900)
    assert.deepEqual(take(), [], 'a second WAIT is a word too')
    timers.advance(200)
    assert.deepEqual(take(), [SEND])
    timers.advance(30_000)
    assert.deepEqual(take(), [])
    timers.advance(16_000)
    await settle()
    assert.deepEqual([take(), results], [['DONE 11\n'], { '+1': unknown }])
  })

  test('silent: asked again every 20 s while nothing at all was heard', async () => {
    const { begin, hear, timers, take, results, settle } = aSession()
    begin('+1')
    for (let again = 0; again < 3; again++) {
      timers.advance(19_900)
      assert.deepEqual(take(), [])
      timers.advance(110)
      assert.deepEqual(take(), [SEND])
    }
    timers.advance(15_000)
    assert.deepEqual(take(), [])
    hear('OK 11 1 5\n')
    await settle()
    assert.deepEqual(results, { '+1': { kind: 'sent', reference: '5' } })
  })

  test('spec: asked every 5 s, as long as WAIT comes back, until the session is too old', async () => {
    const { begin, hear, timers, take, results, settle } = aSession('hello', { wait_poll: 'spec' })
    begin('+1')
    hear('WAIT 11 1\n')
    for (let again = 0; again < 16; again++) {
      timers.advance(5010)
      assert.deepEqual(take(), [SEND], `${again}`)
      hear('WAIT 11 1\n')
    }
    timers.advance(10_000)
    await settle()
    assert.deepEqual([take()[0], results], ['DONE 11\n', { '+1': unknown }])
  })

  test('spec: three times without any answer, then the rest of the session is waited for', async () => {
    const { begin, timers, take, results, settle } = aSession('hello', { wait_poll: 'spec' })
    begin('+1')
    timers.advance(60_000)
    assert.deepEqual(take(), [SEND, SEND, SEND])
    timers.advance(30_010)
    await settle()
    assert.deepEqual(results, { '+1': unknown })
  })

  test('a device that says WAIT for ever does not hold the line for ever', async () => {
    const { begin, hear, timers, results, settle } = aSession()
    begin('+1')
    for (let s = 0; s < 95; s++) {
      timers.advance(1000)
      hear('WAIT 11 1\n')
    }
    await settle()
    assert.deepEqual(results, { '+1': unknown })
  })
})
