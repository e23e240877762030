import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { InboundReport } from '#core'
import { aGoipHouse } from '../../../test/support/goip-house.ts'

const as = (text: string): string => text.replace(';ID;', ';id:g8-03;password:k9;')
const withoutKey = ({ dedupe: _, ...rest }: InboundReport): InboundReport => rest

describe('what devices tell of texts that were sent', () => {
  test("a delivery report is matched by the device's number, or by whom it went to", async () => {
    const house = aGoipHouse()
    const device = house.loggedIn()
    device.say(as('DELIVER:1795300011;ID;sms_no:312;state:0;num:+15550100900'))
    device.say(as('DELIVER:2;ID;sms_no:313;state:70'))
    device.say(as('DELIVER:3;ID;sms_no:;state:0;num:+1555'))
    await house.settle()
    assert.deepEqual(device.heard, ['DELIVER 1795300011 OK', 'DELIVER 2 OK', 'DELIVER 3 OK'])
    const atMs = house.timers.clock.wallMs()
    assert.deepEqual(house.reports.map(withoutKey), [
      { line: 'box/g8-03', reference: '312', recipient: '+15550100900', status: 0, atMs },
      { line: 'box/g8-03', reference: '313', status: 70, atMs },
      { line: 'box/g8-03', recipient: '+1555', status: 0, atMs },
    ])
  })

  test('a delivery report that is told again is known again, and one that tells something else is not', async () => {
    const house = aGoipHouse()
    const device = house.loggedIn()
    const said = ['sms_no:;state:0;num:+1555', 'sms_no:;state:0;num:+1666', 'sms_no:;state:70;num:+1555']
    for (const rest of [...said, 'sms_no:7;state:0;num:+1555', ...said]) {
      device.say(as(`DELIVER:-77;ID;${rest}`))
      await house.settle()
    }
    const keys = house.reports.map(({ dedupe }) => dedupe)
    assert.equal(new Set(keys).size, 4)
    assert.deepEqual(keys.slice(4), keys.slice(0, 3))
    assert.ok(keys.every((key) => key?.startsWith('box/g8-03|DELIVER|-77|')))
    assert.equal(device.heard.length, 7)
  })

  test('a delivery report that the disk did not take is taken when it is told again', async () => {
    const house = aGoipHouse()
    const device = house.loggedIn()
    house.disk.works = false
    device.say(as('DELIVER:77;ID;state:0;num:+1555'))
    await house.settle()
    assert.deepEqual([device.heard, house.reports], [[], []])
    house.disk.works = true
    device.say(as('DELIVER:77;ID;state:0;num:+1555'))
    await house.settle()
    assert.deepEqual([device.heard, house.reports.length], [['DELIVER 77 OK'], 1])
  })

  test('a report that tells nothing is no report of delivery', async () => {
    const house = aGoipHouse()
    const device = house.loggedIn()
    for (const rest of ['sms_no:1', 'sms_no:1;state:', 'sms_no:1;state:x', 'sms_no:1;state:300', 'state:0'])
      device.say(as(`DELIVER:1;ID;${rest}`))
    await house.settle()
    assert.deepEqual(house.reports, [])
    assert.equal(house.events.length, 5)
  })
})
