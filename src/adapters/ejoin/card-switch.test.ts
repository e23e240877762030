import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anEjoinHouse } from '../../../test/support/ejoin-house.ts'

test('a delivery report names the card of its own slot, whichever is in use by now', async () => {
  const house = await anEjoinHouse()
  const status = (port: string, active: number, more: object) =>
    house.post({ type: 'port-status', port, seq: 1, st: 3, active, ...more })
  const reported = async (port: string) => {
    const sms = [[1, port, 1_700_001_000, '1555', '15550100900', `0 2611212226490${port.at(-1)}`]]
    await house.post({ type: 'recv-sms', sms_num: 1, sms })
    return house.reports.at(-1)?.sim
  }
  await status('1.01', 1, { iccid: 'A', imsi: '1' })
  await status('1.01', 0, { iccid: 'A', imsi: '1' })
  await status('1.02', 1, { iccid: 'B', imsi: '2' })
  assert.equal(house.lineOf(1).sim?.iccid, 'B')
  assert.deepEqual((await reported('1.01'))?.iccid, 'A')
  assert.deepEqual((await reported('1.02'))?.iccid, 'B')
  assert.deepEqual(await reported('1.03'), {}, 'of a slot that nothing is known of')
})
