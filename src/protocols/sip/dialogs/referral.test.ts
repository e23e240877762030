import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { octets } from '#lib/text'
import { createRequest } from '../grammar/message.ts'
import type { Dialog } from './dialog.ts'
import { parseRefer } from './refer.ts'
import { placeIn, type Referral, Referring, referIn, statusInFragment } from './referral.ts'

const dialog: Dialog = {
  ...{ callId: 'a b@c', localTag: 'ours', remoteTag: 'theirs', localSeq: 1, remoteSeq: 1, caller: true },
  ...{ local: '<sip:1@pbx.test>;tag=ours', remote: '<sip:2@pbx.test>;tag=theirs' },
  ...{ target: 'sip:2@192.0.2.2:5070;transport=udp', routes: [] },
}
const notify = (fragment: string, state: string) => {
  const request = createRequest('NOTIFY', 'sip:us')
  request.headers.add('Subscription-State', state)
  request.body = octets(fragment)
  return request
}

describe('a REFER of ours', () => {
  test('names the other dialogue as its far end sees it, and reads back as it was meant', () => {
    const refer = parseRefer(referIn(dialog, placeIn({ ...dialog, callId: 'x;y' })))
    assert.equal(refer?.uri, dialog.target)
    assert.equal(refer?.referredBy, '<sip:1@pbx.test>')
    const plain = parseRefer(referIn(dialog, placeIn(dialog)))
    assert.deepEqual(plain?.replaces, { callId: 'a b@c', toTag: 'theirs', fromTag: 'ours', earlyOnly: false })
  })

  test('ends with the last status that was told', () => {
    const said: (number | Referral)[] = []
    const referring = new Referring(
      (status) => void said.push(status),
      (referral) => void said.push(referral),
    )
    referring.onNotify(notify('SIP/2.0 100 Trying\r\n', 'active;expires=60'))
    referring.onNotify(notify('nothing of the kind', 'active'))
    referring.onNotify(notify('SIP/2.0 486 Busy Here', 'terminated;reason=noresource'))
    assert.deepEqual(said, [100, 486, { became: 486 }])
  })

  test('any octets are a status or none', () => {
    assert.equal(statusInFragment(octets('SIP/2.0 200 OK\r\n')), 200)
    for (const text of ['', 'SIP/2.0 2000 OK', 'SIP/2.0 700 X', 'SIP/2.0', '\0\xff', 'sip/2.0 200 OK'])
      assert.equal(statusInFragment(octets(text)), undefined)
  })
})
