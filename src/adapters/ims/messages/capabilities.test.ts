import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { byPreference, type Takes, takesOf } from './capabilities.ts'
import { aBinding, aSubscriber } from './fixture.ts'

const bob = aSubscriber('bob')
const MMTEL = ';+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel"'

describe('a contact takes', () => {
  for (const [takes, features] of [
    ['text', ''],
    ['text', ';+sip.instance="<urn:uuid:1>";audio;video'],
    ['text', ';methods="INVITE,ACK,MESSAGE"'],
    ['nothing', ';methods="INVITE,ACK,BYE"'],
    ['sms', ';+g.3gpp.smsip'],
    ['sms', `;+g.3gpp.smsip;methods="INVITE"${MMTEL}`],
    ['sms', `${MMTEL};+G.3GPP.SMSIP`],
    ['sms', ';+g.3gpp.smsip="TRUE"'],
    ['text', ';+g.3gpp.smsip="FALSE"'],
    ['text', ';+g.3gpp.smsip-other'],
    ['nothing', `${MMTEL};audio`],
    ['text', `${MMTEL};+g.oma.sip-im`],
  ] as [Takes, string][])
    test(`${takes}: ${features}`, () => assert.equal(takesOf(aBinding(bob, { features })), takes))
})

test('the preferred contacts come first, equal ones together', () => {
  const contacts = [500, 1000, 500, 0].map((q, at) => aBinding(bob, { q, contact: `sip:${at}` }))
  const groups = byPreference(contacts).map((group) => group.map(({ contact }) => contact))
  assert.deepEqual(groups, [['sip:1'], ['sip:0', 'sip:2'], ['sip:3']])
})
