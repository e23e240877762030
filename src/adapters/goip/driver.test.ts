import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { SendResult } from '#core'
import { aGoipHouse, aLine, type GoipHouse } from '../../../test/support/goip-house.ts'

const aText = (to = '+15550100900', text = 'Grüße€') => ({ id: 'm', attempt: 1, to, text, report: true })

const sending = (house: GoipHouse, line = 'box/g8-03', text = aText()) => {
  const told: { result?: SendResult } = {}
  void house.goip.driver.send(house.line(line), text).then((result) => {
    told.result = result
  })
  return told
}
/** The session number in the last command that a socket heard. */
const sessionOf = (heard: string[]): string => /^\w+ (\d+)/.exec(heard.at(-1) ?? '')?.[1] ?? assert.fail()

describe('a text', () => {
  test('leaves as in the sample exchange of the facts', async () => {
    const house = aGoipHouse()
    const device = house.loggedIn()
    const told = sending(house)
    await house.settle()
    const session = sessionOf(device.heard)
    device.say(`PASSWORD ${session}\n`)
    device.say(`SEND ${session}\n`)
    device.say(`WAIT ${session} 1\n`)
    device.say(`OK ${session} 1 312\n`)
    device.say(`DONE ${session}\n`)
    await house.settle()
    assert.deepEqual(device.heard, [
      `MSG ${session} 10 Grüße€\n`,
      `PASSWORD ${session} k9\n`,
      `SEND ${session} 1 +15550100900\n`,
      `DONE ${session}\n`,
    ])
    assert.deepEqual(told.result, { kind: 'sent', reference: '312' })
  })

  test('is refused where it cannot leave, and says why', async () => {
    const house = aGoipHouse()
    for (const [line, text, reason, fault] of [
      ['box/g8-03', aText(), 'the line is offline', 'busy'],
      ['box/other', aText(), 'the line is offline', 'busy'],
      ['box/g8-03', aText('+1', 'ü'.repeat(1501)), 'more than 3000 octets', 'number'],
    ] as const)
      assert.deepEqual(await house.goip.driver.send(house.line(line), text), {
        kind: 'refused',
        fault,
        reason,
      })
    const device = house.loggedIn()
    for (const to of ['BANK', '', 'sip:a@b', '+1 2;msg'])
      assert.deepEqual(await house.goip.driver.send(house.line(), aText(to)), {
        ...{ kind: 'refused', fault: 'number', reason: 'not a number' },
      })
    assert.deepEqual(device.heard, [])
  })

  test('of 3000 octets leaves', async () => {
    const house = aGoipHouse()
    const device = house.loggedIn()
    sending(house, 'box/g8-03', aText('+1', 'x'.repeat(3000)))
    await house.settle()
    assert.match(device.heard[0] ?? '', /^MSG \d+ 3000 x{3000}\n$/)
  })

  test('is one at a time on a line', async () => {
    const house = aGoipHouse()
    const device = house.loggedIn()
    const [first, second] = [sending(house), sending(house)]
    await house.settle()
    assert.deepEqual(second.result, { kind: 'refused', fault: 'busy', reason: 'the line is busy' })
    assert.deepEqual(await house.goip.driver.ussd(house.line(), '*100#'), {
      ...{ ok: false, error: 'the line is busy' },
    })
    device.say(`ERROR ${sessionOf(device.heard)} busy\n`)
    await house.settle()
    assert.deepEqual(first.result, { kind: 'refused', fault: 'busy', reason: 'busy' })
    sending(house)
    await house.settle()
    assert.equal(device.heard.length, 2)
  })

  test('waits while five sessions of its device are open', async () => {
    const ids = Array.from({ length: 7 }, (_, n) => `l${n}`)
    const house = aGoipHouse({ lines: ids.map((id) => aLine({ id })) })
    const devices = ids.map((id, n) => house.loggedIn(id, 'k9', '192.0.2.7', 50_000 + n))
    const told = ids.map((id) => sending(house, `box/${id}`))
    await house.settle()
    const begun = () => devices.filter(({ heard }) => heard.length > 0).length
    assert.equal(begun(), 5)
    devices[2]?.say(`ERROR ${sessionOf(devices[2].heard)} busy\n`)
    await house.settle()
    assert.equal(begun(), 6)
    // The first five fall silent and are over after 25 s: then the last one has its turn.
    house.timers.advance(40_000)
    await house.settle()
    assert.equal(begun(), 7)
    assert.equal(told.filter(({ result }) => result?.kind === 'refused').length, 6)
  })

  test('does not wait for a session for ever', async () => {
    const ids = Array.from({ length: 6 }, (_, n) => `l${n}`)
    const house = aGoipHouse({ lines: ids.map((id) => aLine({ id, wait_poll: 'never' })) })
    const devices = ids.map((id, n) => house.loggedIn(id, 'k9', '192.0.2.7', 50_000 + n))
    const told = ids.map((id) => sending(house, `box/${id}`))
    await house.settle()
    for (const device of devices.slice(0, 5)) {
      const session = sessionOf(device.heard)
      device.say(`PASSWORD ${session}`)
      device.say(`SEND ${session}`)
    }
    house.timers.advance(60_010)
    await house.settle()
    const reason = 'all sessions of the device are taken'
    assert.deepEqual(told[5]?.result, { kind: 'refused', fault: 'busy', reason })
    house.timers.advance(60_000)
    await house.settle()
    assert.deepEqual(
      told.slice(0, 5).map(({ result }) => result?.kind),
      Array(5).fill('unknown'),
    )
  })

  test('hears its answers from the address of its line alone, whatever the port', async () => {
    const house = aGoipHouse()
    const device = house.loggedIn()
    const told = sending(house)
    await house.settle()
    const session = sessionOf(device.heard)
    house.socket('198.51.100.9').say(`ERROR ${session} busy\n`)
    await house.settle()
    assert.deepEqual(told, {})
    assert.equal(house.goip.figures().unasked, 1)
    house.socket('192.0.2.7', 60_000).say(`ERROR ${session} busy\n`)
    await house.settle()
    assert.equal(told.result?.kind, 'refused')
  })

  test('goes on when its line has just been found silent', async () => {
    const house = aGoipHouse({ lines: [aLine({ wait_poll: 'never' })] })
    const device = house.loggedIn()
    house.timers.advance(50_000)
    const told = sending(house)
    await house.settle()
    const session = sessionOf(device.heard)
    device.say(`PASSWORD ${session}\n`)
    device.say(`SEND ${session}\n`)
    house.timers.advance(50_000)
    assert.equal(house.lost.length, 1)
    device.say(`OK ${session} 1\n`)
    await house.settle()
    assert.deepEqual(told.result, { kind: 'sent' })
  })

  test('with a password that the device refuses raises an alarm', async () => {
    const house = aGoipHouse()
    const device = house.loggedIn()
    sending(house)
    await house.settle()
    const session = sessionOf(device.heard)
    device.say(`PASSWORD ${session}`)
    device.say(`ERROR ${session} PASSWORD`)
    await house.settle()
    assert.deepEqual(
      house.events.map(({ name, line, alarm }) => [name, line, alarm]),
      [['password-refused', 'box/g8-03', true]],
    )
    assert.equal(device.heard.at(-1), `DONE ${session}\n`)
  })

  test('never sees its content become a command', async () => {
    const house = aGoipHouse()
    const device = house.loggedIn()
    sending(house, 'box/g8-03', aText('+1', 'x\nDONE 11\nset_imei 1 2'))
    await house.settle()
    assert.equal(device.heard.length, 1)
    assert.match(device.heard[0] ?? '', /^MSG \d+ 22 x\nDONE 11\nset_imei 1 2\n$/)
  })

  test('is unknown when the house closes on it; what waits is refused', async () => {
    const house = aGoipHouse()
    const device = house.loggedIn()
    const told = sending(house)
    await house.settle()
    const session = sessionOf(device.heard)
    device.say(`PASSWORD ${session}`)
    device.say(`SEND ${session}`)
    house.goip.close()
    await house.settle()
    assert.deepEqual(told.result, { kind: 'unknown', reason: 'shutdown' })
    assert.equal(house.timers.armed, 0)
  })

  test('has a session number of its own each time', async () => {
    const house = aGoipHouse()
    const device = house.loggedIn()
    const seen = new Set<number>()
    for (let n = 0; n < 100; n++) {
      sending(house)
      await house.settle()
      const session = sessionOf(device.heard)
      seen.add(Number(session))
      device.say(`ERROR ${session} busy`)
      await house.settle()
    }
    assert.equal(seen.size, 100)
    for (const session of seen) assert.ok(session > 0 && session < 2 ** 31)
  })
})

describe('USSD', () => {
  test('asks once, hears the answer, and goes on in a menu under the same number', async () => {
    const house = aGoipHouse()
    const device = house.loggedIn()
    const first = house.goip.driver.ussd(house.line(), '*100#')
    await house.settle()
    const session = sessionOf(device.heard)
    house.timers.advance(50_000)
    device.say(`USSD ${session} 1: balance\n2: more`)
    assert.deepEqual(await first, { ok: true, value: { text: '1: balance\n2: more', open: true } })
    const second = house.goip.driver.ussd(house.line(), '1')
    await house.settle()
    device.say(`USSDEXIT ${session}`)
    assert.deepEqual(await second, { ok: true, value: { text: '', open: false } })
    assert.deepEqual(device.heard, [`USSD ${session} k9 *100#`, `USSD ${session} k9 1`])
    void house.goip.driver.ussd(house.line(), '*101#')
    await house.settle()
    assert.notEqual(sessionOf(device.heard), session, 'the menu is over')
  })

  test('a menu is ended by hand, by a minute of silence, and by a text that wants the line', async () => {
    const house = aGoipHouse()
    const device = house.loggedIn()
    const menu = async (): Promise<string> => {
      device.take()
      const asked = house.goip.driver.ussd(house.line(), '*100#')
      await house.settle()
      const session = sessionOf(device.heard)
      device.say(`USSD ${session} 1: balance`)
      await asked
      device.take()
      return session
    }
    let session = await menu()
    assert.deepEqual(await house.goip.driver.ussd(house.line(), undefined), {
      ...{ ok: true, value: { text: '', open: false } },
    })
    assert.deepEqual(device.take(), [`USSDEXIT ${session} k9`])
    session = await menu()
    house.timers.advance(60_010)
    assert.deepEqual(device.take(), [`USSDEXIT ${session} k9`])
    session = await menu()
    sending(house)
    await house.settle()
    assert.equal(device.heard[0], `USSDEXIT ${session} k9`)
    assert.match(device.heard[1] ?? '', /^MSG /)
    house.timers.advance(120_000)
    assert.equal(device.heard.filter((text) => text.startsWith('USSDEXIT')).length, 1)
  })

  test('fails in the words of the device, or after a minute', async () => {
    const house = aGoipHouse()
    const device = house.loggedIn()
    for (const [answer, error] of [
      ['USSDERROR $ network busy', 'network busy'],
      ['USSD $ USSD send failed!', 'USSD send failed!'],
    ] as const) {
      const asked = house.goip.driver.ussd(house.line(), '*100#')
      await house.settle()
      device.say(answer.replace('$', sessionOf(device.heard)))
      assert.deepEqual(await asked, { ok: false, error })
    }
    device.take()
    const asked = house.goip.driver.ussd(house.line(), '*100#')
    await house.settle()
    house.timers.advance(60_010)
    assert.deepEqual(await asked, { ok: false, error: 'the device does not answer' })
    assert.equal(device.heard.length, 1, 'asking twice would end what the network has begun')
  })

  test('takes no code that would be another argument', async () => {
    const house = aGoipHouse()
    const device = house.loggedIn()
    for (const code of ['', '*100# x', '*100#\n', 'abc', '*'.repeat(161)])
      assert.equal((await house.goip.driver.ussd(house.line(), code)).ok, false)
    assert.deepEqual(device.heard, [])
  })
})

describe('a command', () => {
  const run = async (name: string, values: string[], answer: string, settings = {}) => {
    const house = aGoipHouse({ lines: [aLine(settings)] })
    const device = house.loggedIn()
    const asked = house.goip.driver.command(house.line(), name, values)
    await house.settle()
    const session = device.heard.length > 0 ? sessionOf(device.heard) : ''
    const said = device.heard.map((text) => text.replace(session, '$'))
    device.say(answer.replace('$', session))
    const result = await asked
    const after = device.heard.slice(said.length).map((text) => text.replace(session, '$'))
    return { said, result, after }
  }

  test('has its password behind its values, or before them', async () => {
    for (const [name, values, said, answer, value] of [
      ['get_gsm_num', [], 'get_gsm_num $ k9', 'get_gsm_num $ +15550100201', '+15550100201'],
      ['set_exp_time', ['60'], 'set_exp_time $ 60 k9', 'set_exp_time $ 60 ok', '60 ok'],
      ['get_gsm_state', [], 'get_gsm_state $ k9', 'get_gsm_state $ IDLE', 'IDLE'],
      ['svr_reboot_dev', [], 'svr_reboot_dev $ k9', 'svr_reboot_dev $ ok', 'ok'],
      ['module_ctl_i', ['on'], 'module_ctl_i $ 1 k9', 'module_ctl_i $ ok', 'ok'],
      ['module_ctl_i', ['off'], 'module_ctl_i $ 2 k9', 'module_ctl_i $ ok', 'ok'],
      ['module_ctl', ['102'], 'module_ctl $ 102 k9', 'module_ctl $ ok', 'ok'],
      ['CW', ['2'], 'CW $ k9 2', 'CWSTATE $ 1', '1'],
      ['GSM', [], 'GSM $ k9', 'GSM:$;get_gsm_num:1;module_down:0', 'get_gsm_num:1;module_down:0'],
    ] as const) {
      const { said: heard, result } = await run(name, [...values], answer)
      assert.deepEqual([heard, result], [[said], { ok: true, value }])
    }
  })

  test('to switch a module off is 0 where the line wants it', async () => {
    const { said } = await run('module_ctl_i', ['off'], 'module_ctl_i $ ok', { module_off: 0 })
    assert.deepEqual(said, ['module_ctl_i $ 0 k9'])
  })

  test('to forward calls is ended with DONE, whatever came of it', async () => {
    const good = await run('CF', ['0', '3', '+15550100900', '20'], 'CFOK $')
    assert.deepEqual(good.said, ['CF $ k9 0 3 +15550100900 20'])
    assert.deepEqual([good.result, good.after], [{ ok: true, value: '' }, ['DONE $']])
    const bad = await run('CF', ['0', '3', '1', '20'], 'CFERROR $ barred')
    assert.deepEqual([bad.result, bad.after], [{ ok: false, error: 'barred' }, ['DONE $']])
  })

  test('is asked three times, and given up with DONE', async () => {
    const house = aGoipHouse()
    const device = house.loggedIn()
    const asked = house.goip.driver.command(house.line(), 'get_imei', [])
    await house.settle()
    house.timers.advance(15_010)
    assert.deepEqual(await asked, { ok: false, error: 'the device does not answer' })
    assert.deepEqual(
      device.heard.map((text) => text.split(' ')[0]),
      ['get_imei', 'get_imei', 'get_imei', 'DONE'],
    )
  })

  test('that is refused says why', async () => {
    const { result } = await run('get_remain_time', [], 'ERROR $ 5 not supported')
    assert.deepEqual(result, { ok: false, error: '5 not supported' })
  })

  test('that changes who the device is does not exist', async () => {
    for (const name of ['set_imei', 'ATCMD', 'ATSTART', 'constructor', 'MSG', ''])
      assert.match(
        JSON.stringify(await run(name, ['350000000000018'], '')),
        /"said":\[\],"result":\{"ok":false,"error":"\S+ is no command of a GoIP"\}/,
      )
  })

  test('takes values of its kind only', async () => {
    for (const [name, values] of [
      ['get_imei', ['1']],
      ['set_exp_time', []],
      ['set_exp_time', ['1 2']],
      ['set_gsm_num', ['1\nDONE 5']],
      ['CF', ['9', '3', '1', '1']],
      ['module_ctl', ['3']],
    ] as const) {
      const { said, result } = await run(name, [...values], '')
      assert.deepEqual([said, result.ok], [[], false], name)
    }
  })
})
