import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SDP } from '../support/phone.ts'
import { aPair, invited, nothingLeft } from '../support/script-calls.ts'

test('the operator ends a call that rings and one that is up, and each phone is told why', async () => {
  const { house, alice, bob } = await aPair()
  const sent = alice.send(alice.invitation('bob'))
  await house.settle()
  bob.respond(invited(bob), 180)
  await house.settle()
  house.calls.hangUp(house.calls.list()[0]?.record.id ?? '')
  await house.settle()
  assert.equal(sent.status(), 480)
  assert.equal(bob.cancelled.length, 1)
  assert.equal([...house.store.calls.values()].at(-1)?.cause, 'operator')
  const up = alice.send(alice.invitation('bob'))
  await house.settle()
  bob.respond(bob.got('INVITE')[1] as never, 200, { sdp: SDP })
  await house.settle()
  alice.calling(up, up.last()).ack()
  house.calls.hangUpAll()
  await house.settle()
  assert.match(alice.got('BYE')[0]?.request.headers.get('Reason') ?? '', /cause=503/)
  assert.equal(bob.got('BYE').length, 1)
  await nothingLeft(house)
})
