import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ok, type Result } from '#lib/result'
import { aHouse } from '../../../test/support/admin-house.ts'
import { aGatewayDesk, aSighting } from '../../../test/support/gateway-desk.ts'
import { createGatewayCommands, createMonitor } from '../index.ts'

const aPlace = () => {
  const place = aGatewayDesk()
  place.fleet.sight(aSighting('1'))
  place.fleet.sight(aSighting('2', { state: 'no-sim', sim: {}, signal: 99 }))
  const log = { describe: () => '', setOptions: () => ok(undefined) }
  const { clock } = place.timers
  const monitor = createMonitor(
    { house: aHouse(), log, clock, quit: () => {} },
    createGatewayCommands(place.desk),
  )
  return { ...place, monitor, run: monitor.run }
}
const shown = (answer: Result<string, string>): string =>
  answer.ok ? answer.value : assert.fail(answer.error)
const refused = (answer: Result<string, string>): string =>
  answer.ok ? assert.fail(answer.value) : answer.error

describe('gateways in the monitor', () => {
  test('are listed, with why a line cannot send', async () => {
    const { run } = aPlace()
    assert.match(shown(await run('devices')), /^DEVICE .*\nbox1 +goip +2 +1 /)
    const lines = shown(await run('lines'))
    assert.match(lines, /box1\/1 +\+1555011 +TEST NET +-73 dBm +registered +0 \+ 0 \/ 0\n/)
    assert.match(lines, /box1\/2 +- +- +- +no-sim .*without SIM\n2 lines, 1 can send$/)
    assert.match(shown(await run('lines 5550')), /1 line, 1 can send/)
    assert.match(refused(await run('lines nothing')), /no line "nothing"/)
  })

  test('show everything about one line', async () => {
    const { run } = aPlace()
    const card = shown(await run('line box1/1'))
    assert.match(card, /^line +box1\/1 \(goip\)\nstate +registered since /)
    assert.match(card, /\niccid +890000000000000001\n/)
    assert.match(card, /\ncan send +yes\n/)
    assert.match(refused(await run('line box1/9')), /no line box1\/9/)
    assert.match(refused(await run('line')), /needed/)
  })

  test('ask the network and the device', async () => {
    const { run, asked } = aPlace()
    assert.equal(shown(await run('ussd box1/1 *100#')), 'answer to *100#')
    assert.match(shown(await run('ussd box1/1 *1#')), /answer to \*1#\n\(a menu: "ussd box1\/1 CHOICE"/)
    assert.equal(shown(await run('ussd box1/1')), 'the session is closed')
    assert.equal(refused(await run('ussd box1/1 *9#')), 'USSD send failed!')
    assert.match(refused(await run('ussd box1/1 *1# DONE')), /digits/)
    assert.equal(shown(await run('device box1/1')), 'commands: get_gsm_state, set_gsm_num')
    assert.equal(shown(await run('device box1/1 set_gsm_num +1')), 'set_gsm_num +1')
    assert.match(refused(await run('device box1/1 set_imei 1')), /none of/)
    assert.deepEqual(asked, [
      ...['box1/1 *100#', 'box1/1 *1#', 'box1/1 undefined', 'box1/1 *9#', 'box1/1 set_gsm_num +1'],
    ])
  })

  test('are locked and unlocked', async () => {
    const { run, fleet } = aPlace()
    assert.equal(shown(await run('lock box1/1')), 'box1/1 is locked')
    assert.equal(fleet.get('box1/1')?.hindrance, 'locked by operator')
    assert.equal(shown(await run('unlock box1/1')), 'box1/1 can send')
    assert.equal(shown(await run('unlock box1/2')), 'box1/2 is unlocked, but: without SIM')
    assert.match(refused(await run('lock nowhere/1')), /no line/)
  })

  test('routes are listed and tried', async () => {
    const { run } = aPlace()
    assert.match(shown(await run('routes')), /^no routes/)
    assert.match(
      shown(await run('routes try message 1001 +1')),
      /^message 1001 \+1\nTARGET .*\ngateway:box1\/1 +no +offline since 10:00$/,
    )
    assert.match(refused(await run('routes try fax 1 2')), /not understood/)
  })

  test('trunks are listed', async () => {
    const { run } = aPlace()
    assert.match(shown(await run('trunks')), /pbx +1 of 30 +ok +-$/)
  })

  test('are completed by the tab key', async () => {
    const { monitor } = aPlace()
    assert.deepEqual(await monitor.complete('line box1/'), ['box1/1', 'box1/2'])
    assert.deepEqual(await monitor.complete('lines b'), ['box1'])
    assert.deepEqual(await monitor.complete('routes try '), ['call', 'message'])
  })
})
