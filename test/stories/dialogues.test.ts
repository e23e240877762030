import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SDP } from '../support/phone.ts'
import { aCall, aPair, header, invited, nothingLeft } from '../support/script-calls.ts'
import { aScriptPhone } from '../support/script-phone.ts'

describe('inside a dialogue', () => {
  test('a re-INVITE without an offer asks the other phone for one, and its ACK brings the answer there', async () => {
    const { house, alice, bob, near } = await aCall()
    const reinvite = near.send('INVITE')
    await house.settle()
    const [asked] = bob.got('INVITE').slice(1)
    assert.ok(asked)
    assert.equal(asked.request.body.length, 0)
    bob.respond(asked, 200, { sdp: `${SDP}a=fresh\r\n` })
    await house.settle()
    assert.equal(bob.acks.length, 1, 'its ACK waits for the answer')
    assert.match(alice.sdpOf(reinvite.last() as never) ?? '', /a=fresh[\s\S]*offer-callee/)
    near.ack({ sdp: `${SDP}a=late\r\n`, cseq: 2 })
    await house.settle()
    assert.match(bob.sdpOf(bob.acks[1] as never) ?? '', /a=late[\s\S]*answer-caller/)
    assert.equal(house.calls.list()[0]?.state, 'answered')
  })

  test('a re-INVITE without an offer is answered with our last description where the other phone will not offer', async () => {
    const { house, alice, bob, near } = await aCall()
    const reinvite = near.send('INVITE')
    await house.settle()
    bob.respond(bob.got('INVITE')[1] as never, 488)
    await house.settle()
    assert.equal(reinvite.status(), 200)
    assert.match(alice.sdpOf(reinvite.last() as never) ?? '', /answer-callee/)
    near.ack({ sdp: SDP, cseq: 2 })
    await house.settle()
    assert.equal(house.calls.count, 1)
  })

  test('a re-INVITE that is cancelled leaves the call as it was, and open for the next offer', async () => {
    const { house, bob, near } = await aCall()
    const hold = near.send('INVITE', { sdp: `${SDP}a=sendonly\r\n` })
    await house.settle()
    hold.transaction.cancel()
    await house.settle()
    assert.equal(hold.status(), 487)
    bob.respond(bob.got('INVITE')[1] as never, 200, { sdp: SDP })
    await house.settle()
    const back = bob.got('INVITE')[2]
    assert.ok(back, 'the other phone is told that nothing changed')
    bob.respond(back, 200, { sdp: SDP })
    await house.settle()
    const again = near.send('INVITE', { sdp: SDP })
    await house.settle()
    bob.respond(bob.got('INVITE')[3] as never, 200, { sdp: SDP })
    await house.settle()
    assert.equal(again.status(), 200)
  })

  test('a refused re-INVITE is refused alike and the call goes on', async () => {
    const { house, bob, near } = await aCall()
    const offer = near.send('INVITE', { sdp: SDP })
    await house.settle()
    bob.respond(bob.got('INVITE')[1] as never, 488)
    await house.settle()
    assert.equal(offer.status(), 488)
    assert.equal(offer.last()?.headers.get('Warning'), '305 tandem "Incompatible media format"')
    assert.equal(house.calls.count, 1)
  })

  test('an ACK with another number does not confirm the answer', async () => {
    const { house, alice, bob } = await aPair()
    const sent = alice.send(alice.invitation('bob'))
    await house.settle()
    bob.respond(invited(bob), 200, { sdp: SDP })
    await house.settle()
    alice.calling(sent, sent.last()).ack({ cseq: 9 })
    await house.pass(40_000)
    assert.equal(house.calls.count, 0, 'never confirmed')
    await nothingLeft(house)
  })

  test('a request with an older number is refused with 500, gaps are nothing', async () => {
    const { house, near } = await aCall()
    const late = near.send('OPTIONS', { cseq: 40 })
    await house.settle()
    assert.equal(late.status(), 200)
    const old = near.send('OPTIONS', { cseq: 39 })
    await house.settle()
    assert.equal(old.status(), 500)
  })

  test('a BYE without our tag, or with another, is answered 481', async () => {
    const { house, near } = await aCall()
    const untagged = near.send('BYE', { toTag: false })
    await house.settle()
    assert.equal(untagged.status(), 481)
    assert.equal(house.calls.count, 1)
  })

  test('methods that have no meaning in a call are refused by name', async () => {
    const { house, near } = await aCall()
    const known = near.send('PUBLISH')
    const unknown = near.send('FLY')
    await house.settle()
    assert.deepEqual([known.status(), unknown.status()], [405, 501])
    assert.match(header(known, 'Allow') ?? '', /INVITE/)
  })

  test('a new Contact moves the peer, and a route set is followed', async () => {
    const { house, alice, bob } = await aPair()
    const edge = aScriptPhone(house, 'edge', '192.0.2.50')
    const sent = alice.send(alice.invitation('bob'))
    await house.settle()
    bob.respond(invited(bob), 200, {
      sdp: SDP,
      headers: [
        ['Record-Route', '<sip:192.0.2.51;lr>, <sip:192.0.2.50;lr>'],
        ['Contact', '<sip:bob@192.0.2.99:5070>'],
      ],
    })
    await house.settle()
    assert.equal(edge.acks.length, 1, 'the ACK goes to the last proxy first')
    const [ack] = edge.acks
    assert.equal(ack?.uri, 'sip:bob@192.0.2.99:5070')
    assert.deepEqual(ack?.headers.all('Route'), ['<sip:192.0.2.50;lr>', '<sip:192.0.2.51;lr>'])
    const near = alice.calling(sent, sent.last())
    near.ack()
    near.send('BYE')
    await house.settle()
    assert.equal(edge.got('BYE')[0]?.request.uri, 'sip:bob@192.0.2.99:5070')
  })

  test('INFO gets the other phone’s own answer, and in an echo call a friendly one', async () => {
    const { house, bob, near } = await aCall()
    const info = near.send('INFO', { headers: [['Content-Type', 'application/dtmf-relay']] })
    await house.settle()
    bob.respond(bob.got('INFO')[0] as never, 415)
    await house.settle()
    assert.equal(info.status(), 415)
    const alice = aScriptPhone(house, 'alice', '192.0.2.20')
    const sent = alice.send(alice.invitation('600'))
    await house.settle()
    const echo = alice.calling(sent, sent.last())
    echo.ack()
    const digit = echo.send('INFO')
    await house.settle()
    assert.equal(digit.status(), 200)
  })
})

describe('the end of a call', () => {
  test('is not said before the caller has confirmed the answer, RFC 3261 §15', async () => {
    const { house, alice, bob } = await aPair()
    const sent = alice.send(alice.invitation('bob'))
    await house.settle()
    const ring = invited(bob)
    const answer = bob.respond(ring, 200, { sdp: SDP })
    await house.settle()
    bob.called(ring, answer).send('BYE')
    await house.settle()
    assert.equal(alice.got('BYE').length, 0)
    alice.calling(sent, sent.last()).ack()
    await house.settle()
    assert.equal(alice.got('BYE').length, 1)
    await nothingLeft(house)
  })

  test('comes although the caller never confirms', async () => {
    const { house, alice, bob } = await aPair()
    alice.send(alice.invitation('bob'))
    await house.settle()
    const ring = invited(bob)
    const answer = bob.respond(ring, 200, { sdp: SDP })
    await house.settle()
    bob.called(ring, answer).send('BYE')
    await house.pass(33_000)
    assert.equal(alice.got('BYE').length, 1)
    await nothingLeft(house)
  })

  test('may be said by the caller before the answer: its INVITE is answered 487', async () => {
    const { house, alice, bob } = await aPair()
    const sent = alice.send(alice.invitation('bob'))
    await house.settle()
    bob.respond(invited(bob), 180)
    await house.settle()
    const bye = alice.calling(sent, sent.last()).send('BYE')
    await house.settle()
    assert.equal(bye.status(), 200)
    assert.equal(sent.status(), 487)
    assert.equal(bob.cancelled.length, 1)
    await nothingLeft(house)
  })

  test('passes its Reason on, of BYE and of CANCEL', async () => {
    const reason = 'Q.850;cause=16;text="Normal"'
    const up = await aCall()
    up.near.send('BYE', { headers: [['Reason', reason]] })
    await up.house.settle()
    assert.equal(up.bob.got('BYE')[0]?.request.headers.get('Reason'), reason)
    assert.equal([...up.house.store.calls.values()][0]?.cause, 'caller')
    const { house, alice, bob } = await aPair()
    const sent = alice.send(alice.invitation('bob'))
    await house.settle()
    bob.respond(invited(bob), 180)
    await house.settle()
    sent.transaction.cancel([['Reason', reason]])
    await house.settle()
    assert.equal(bob.cancelled[0]?.headers.get('Reason'), reason)
    await nothingLeft(house)
  })

  test('a caller that gives up while the answer is on its way leaves no phone off the hook', async () => {
    const { house, alice, bob } = await aPair()
    let let_go: (() => void) | undefined
    const { answer } = house.media
    house.media.answer = async (...args) => {
      await new Promise<void>((done) => {
        let_go = done
      })
      return answer(...args)
    }
    const sent = alice.send(alice.invitation('bob'))
    await house.settle()
    bob.respond(invited(bob), 200, { sdp: SDP })
    await house.settle()
    sent.transaction.cancel()
    await house.settle()
    assert.equal(sent.status(), 487)
    assert.equal(bob.got('BYE').length, 1)
    assert.equal(house.media.closed.length, 0, 'not while the media are at work')
    let_go?.()
    await house.settle()
    assert.equal(house.media.closed.length, 1)
    await nothingLeft(house)
  })

  test('that answers too late is ended once for each time it answers: nobody can be flooded through us', async () => {
    const { house, bob, near, ring, far } = await aCall()
    near.send('BYE')
    await house.settle()
    assert.equal(bob.got('BYE').length, 1)
    const acks = bob.acks.length
    bob.respond(ring, 200, { sdp: SDP }, 'another-fork')
    await house.pass(20_000)
    assert.equal(bob.acks.length, acks + 1)
    assert.equal(bob.got('BYE').length, 2)
    assert.equal(house.legs.size, 0)
    assert.ok(far)
  })
})
