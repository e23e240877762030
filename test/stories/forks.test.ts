import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aHouse, type House } from '../support/house.ts'
import { SDP } from '../support/phone.ts'
import { aPair, header, invited, nothingLeft, open } from '../support/script-calls.ts'
import { aScriptPhone } from '../support/script-phone.ts'

/** Bob has two phones of equal rank. */
const twoPhones = async (more: { bob?: object } = {}) => {
  const house = aHouse({ subscribers: [open('alice'), open('bob', more.bob), open('carol'), open('dave')] })
  const alice = aScriptPhone(house, 'alice', '192.0.2.10')
  const [desk, cell] = [aScriptPhone(house, 'bob', '192.0.2.11'), aScriptPhone(house, 'bob', '192.0.2.12')]
  for (const phone of [desk, cell]) assert.equal(await phone.register(), 200)
  const sent = alice.send(alice.invitation('bob'))
  await house.settle()
  return { house, alice, desk, cell, sent }
}

const causeOf = (house: House) => [...house.store.calls.values()].at(-1)?.cause

describe('several phones of one person', () => {
  test('of two with early media the first is heard, and the one that answers in the end', async () => {
    const { house, alice, desk, cell, sent } = await twoPhones()
    desk.respond(invited(desk), 183, { sdp: `${SDP}a=desk\r\n` })
    await house.settle()
    cell.respond(invited(cell), 183, { sdp: `${SDP}a=cell\r\n` })
    await house.settle()
    const early = sent.responses.map((response) => alice.sdpOf(response) ?? '')
    assert.match(early[0] ?? '', /a=desk/)
    assert.equal(early[1], '')
    cell.respond(invited(cell), 200, { sdp: `${SDP}a=cell\r\n` })
    await house.settle()
    assert.match(alice.sdpOf(sent.last() as never) ?? '', /a=cell/)
    assert.equal(desk.cancelled.length, 1)
  })

  test('two that answer at once: one is taken, the other gets ACK and BYE', async () => {
    const { house, alice, desk, cell, sent } = await twoPhones()
    desk.respond(invited(desk), 200, { sdp: SDP })
    cell.respond(invited(cell), 200, { sdp: SDP })
    await house.settle()
    assert.equal(desk.acks.length + cell.acks.length, 2)
    assert.equal(desk.got('BYE').length + cell.got('BYE').length, 1)
    const near = alice.calling(sent, sent.last())
    near.ack()
    near.send('BYE')
    await house.settle()
    assert.deepEqual([desk.got('BYE').length, cell.got('BYE').length], [1, 1])
    await nothingLeft(house)
  })

  test('one that refuses for everybody ends the ringing of all', async () => {
    const { house, desk, cell, sent } = await twoPhones()
    cell.respond(invited(cell), 180)
    await house.settle()
    desk.respond(invited(desk), 603)
    await house.settle()
    assert.equal(sent.status(), 603)
    assert.match(cell.cancelled[0]?.headers.get('Reason') ?? '', /cause=603/)
    await nothingLeft(house)
  })

  test('a phone whose early media were heard may refuse; the next one is heard then', async () => {
    const { house, alice, desk, cell, sent } = await twoPhones()
    desk.respond(invited(desk), 183, { sdp: SDP })
    await house.settle()
    desk.respond(invited(desk), 486)
    await house.settle()
    cell.respond(invited(cell), 183, { sdp: `${SDP}a=cell\r\n` })
    await house.settle()
    assert.match(alice.sdpOf(sent.last() as never) ?? '', /a=cell/)
  })

  test('one INVITE that a proxy behind a contact forked: late answers get ACK and BYE, late ringing leaves nothing', async () => {
    const { house, alice, bob } = await aPair()
    const sent = alice.send(alice.invitation('bob'))
    await house.settle()
    const ring = invited(bob)
    bob.respond(ring, 180, {}, 'one')
    bob.respond(ring, 180, {}, 'two')
    bob.respond(ring, 200, { sdp: SDP }, 'two')
    await house.settle()
    bob.respond(ring, 200, { sdp: SDP }, 'one')
    await house.settle()
    const byes = bob.got('BYE').map(({ request }) => request.headers.get('To')?.split('tag=')[1])
    assert.deepEqual(byes, ['one'])
    assert.equal(house.legs.size, 2)
    const near = alice.calling(sent, sent.last())
    near.ack()
    near.send('BYE')
    await nothingLeft(house)
  })

  test('every outgoing dialogue stands in the record', async () => {
    const { house, desk, cell } = await twoPhones()
    const [record] = [...house.store.calls.values()]
    const ids = [desk, cell].map((phone) => invited(phone).request.headers.get('Call-ID'))
    assert.deepEqual(record?.callIds.slice(1), ids)
  })
})

describe('a called phone that answers with', () => {
  const refusals: [status: number, told: number, more?: [string, string][]][] = [
    [401, 403],
    [407, 403],
    [420, 502],
    [481, 502],
    [482, 482],
    [488, 488],
    [503, 480, [['Retry-After', '30']]],
    [302, 480],
    [580, 580],
  ]
  for (const [status, told, headers = []] of refusals)
    test(`${status}: the caller is told ${told}`, async () => {
      const { house, alice, bob } = await aPair()
      const sent = alice.send(alice.invitation('bob'))
      await house.settle()
      bob.respond(invited(bob), status, { headers })
      await house.settle()
      assert.equal(sent.status(), told)
      assert.equal([...house.store.calls.values()][0]?.status, told)
      if (headers.length > 0) assert.equal(header(sent, 'Retry-After'), '30')
      await nothingLeft(house)
    })

  test('302 to another number: the call goes there, and the caller hears of it', async () => {
    const { house, desk, cell, sent } = await twoPhones()
    const carol = aScriptPhone(house, 'carol', '192.0.2.13')
    await carol.register()
    desk.respond(invited(desk), 302, { headers: [['Contact', '<sip:carol@tandem.test>']] })
    await house.settle()
    assert.equal(carol.got('INVITE').length, 0, 'the other phone of bob still rings')
    cell.respond(invited(cell), 486)
    await house.settle()
    assert.ok(sent.responses.some(({ status }) => status === 181))
    carol.respond(invited(carol), 200, { sdp: SDP })
    await house.settle()
    assert.equal(sent.status(), 200)
    assert.equal([...house.store.calls.values()][0]?.callee, 'sip:carol@tandem.test')
  })

  test('302 round and round: nobody is asked twice', async () => {
    const { house, desk, cell, sent } = await twoPhones()
    const carol = aScriptPhone(house, 'carol', '192.0.2.13')
    await carol.register()
    cell.respond(invited(cell), 480)
    desk.respond(invited(desk), 302, { headers: [['Contact', '<sip:carol@tandem.test>']] })
    await house.settle()
    carol.respond(invited(carol), 302, { headers: [['Contact', '<sip:bob@tandem.test>']] })
    await house.settle()
    assert.equal(sent.status(), 480)
    await nothingLeft(house)
  })

  test('nothing at all: the caller is told 480 when the time for an answer is over', async () => {
    const { house, alice } = await aPair()
    house.net.setLoss((text) => text.startsWith('INVITE') && text.includes('192.0.2.1:5060;branch'))
    const sent = alice.send(alice.invitation('bob'))
    await house.pass(33_000)
    assert.equal(sent.status(), 480)
    assert.equal(causeOf(house), 'no-answer')
    await nothingLeft(house)
  })
})

describe('calls that make no sense', () => {
  test('a phone bound to our own address makes no circle', async () => {
    const { house, alice, bob } = await aPair()
    const refused = await bob.register([['Contact', '<sip:bob@192.0.2.1:5060>']])
    assert.equal(refused, 403)
    // Through a name or a proxy it may come back all the same.
    const sent = alice.send(alice.invitation('bob'))
    await house.settle()
    const { request } = invited(bob)
    const callId = request.headers.get('Call-ID') ?? ''
    const back = bob.send(bob.invitation(request.uri, { callId }))
    await house.settle()
    assert.equal(back.status(), 482)
    const spiral = bob.send(bob.invitation('600', { callId }))
    await house.settle()
    assert.equal(spiral.status(), 200, 'for somebody else it is no circle')
    bob.calling(spiral, spiral.last()).ack()
    bob.calling(spiral, spiral.last()).send('BYE')
    await house.settle()
    assert.equal(house.calls.count, 1)
    sent.transaction.cancel()
    await nothingLeft(house)
  })

  test('the same call by a second way is refused with 482, RFC 3261 §8.2.2.2', async () => {
    const { house, alice, bob } = await aPair()
    const invitation = alice.invitation('bob')
    alice.send(invitation)
    const merged = alice.send(invitation)
    await house.settle()
    assert.equal(merged.status(), 482)
    assert.equal(bob.got('INVITE').length, 1)
  })

  test('Max-Forwards used up: 483', async () => {
    const { house, alice } = await aPair()
    const sent = alice.send(alice.invitation('bob', { headers: [['Max-Forwards', '0']] }))
    await house.settle()
    assert.equal(sent.status(), 483)
  })

  test('no Contact: 400; a body of another kind: 415; an unknown extension: 420', async () => {
    const { house, alice } = await aPair()
    const nowhere = alice.send(alice.invitation('bob', { headers: [['Contact', '']] }))
    const foreign = alice.invitation('bob')
    foreign.headers.set('Content-Type', 'application/isup')
    const odd = alice.send(foreign)
    const demanding = alice.send(alice.invitation('bob', { headers: [['Require', 'telepathy']] }))
    const proxied = alice.send(alice.invitation('bob', { headers: [['Proxy-Require', 'telepathy']] }))
    await house.settle()
    assert.deepEqual(
      [nowhere.status(), odd.status(), demanding.status(), proxied.status()],
      [400, 415, 420, 420],
    )
    assert.equal(header(odd, 'Accept'), 'application/sdp')
    assert.equal(header(demanding, 'Unsupported'), 'telepathy')
    await nothingLeft(house)
  })

  test('a description among other parts is found', async () => {
    const { house, alice, bob } = await aPair()
    const request = alice.invitation('bob', { offerless: true })
    const parts = [
      '',
      `Content-Type: application/pidf+xml\r\n\r\n<presence/>`,
      `Content-Type: application/sdp\r\n\r\n${SDP}`,
    ]
    request.headers.set('Content-Type', 'multipart/mixed; boundary="b"')
    request.body = Buffer.from(
      `${parts
        .map((part) => `--b\r\n${part}\r\n`)
        .join('')
        .slice(5)}--b--\r\n`,
    )
    alice.send(request)
    await house.settle()
    assert.match(bob.sdpOf(invited(bob).request) ?? '', /m=audio 4000[\s\S]*offer-caller/)
  })
})

describe('what breaks inside', () => {
  test('media that throw end the call with 500, and nothing hangs', async () => {
    const { house, alice } = await aPair()
    house.media.offer = async () => {
      throw new Error('out of order')
    }
    const sent = alice.send(alice.invitation('bob'))
    await house.settle()
    assert.equal(sent.status(), 500)
    assert.equal(causeOf(house), 'internal')
    await nothingLeft(house)
  })

  test('media that throw during a hold end the call for both', async () => {
    const { house, alice, bob } = await aPair()
    const sent = alice.send(alice.invitation('bob'))
    await house.settle()
    bob.respond(invited(bob), 200, { sdp: SDP })
    await house.settle()
    const near = alice.calling(sent, sent.last())
    near.ack()
    house.media.offer = async () => {
      throw new Error('out of order')
    }
    const hold = near.send('INVITE', { sdp: SDP })
    await house.settle()
    assert.equal(hold.status(), 500)
    assert.deepEqual([alice.got('BYE').length, bob.got('BYE').length], [1, 1])
    await nothingLeft(house)
  })

  test('media that throw during early media end the call', async () => {
    const { house, alice, bob } = await aPair()
    house.media.answer = async () => {
      throw new Error('out of order')
    }
    const sent = alice.send(alice.invitation('bob'))
    await house.settle()
    bob.respond(invited(bob), 183, { sdp: SDP })
    await house.settle()
    assert.equal(sent.status(), 500)
    assert.equal(bob.cancelled.length, 1)
    await nothingLeft(house)
  })

  for (const [why, video, warning] of [
    ['not-acceptable-media', false, '305 tandem "Incompatible media format"'],
    ['not-acceptable-media', true, '304 tandem "Media type not available"'],
    ['unsupported-address', false, '301 tandem "Incompatible network address formats"'],
  ] as const)
    test(`a call that is not acceptable (${why}${video ? ', a picture alone' : ''}) says why, RFC 3261 §20.43`, async () => {
      const { house, alice } = await aPair()
      house.media.offer = async () => ({ ok: false, error: why })
      const sdp = video ? SDP.replace('m=audio ', 'm=video ') : SDP
      const sent = alice.send(alice.invitation('bob', { sdp }))
      await house.settle()
      assert.equal(sent.status(), 488)
      assert.deepEqual(sent.last()?.headers.all('Warning'), [warning])
      await nothingLeft(house)
    })

  test('a description that the media refuse after the answer hangs the phone up', async () => {
    const { house, alice, bob } = await aPair()
    house.media.answer = async () => ({ ok: false, error: 'not-acceptable-media' })
    const sent = alice.send(alice.invitation('bob'))
    await house.settle()
    bob.respond(invited(bob), 200, { sdp: SDP })
    await house.settle()
    assert.equal(sent.status(), 488)
    assert.deepEqual([bob.acks.length, bob.got('BYE').length], [1, 1])
    await nothingLeft(house)
  })

  test('a late offer that the media refuse: ACK and BYE for the phone, a refusal for the caller', async () => {
    const { house, alice, bob } = await aPair()
    house.media.offer = async () => ({ ok: false, error: 'overloaded' })
    const sent = alice.send(alice.invitation('bob', { offerless: true }))
    await house.settle()
    bob.respond(invited(bob), 200, { sdp: SDP })
    await house.settle()
    assert.equal(sent.status(), 503)
    assert.deepEqual([bob.acks.length, bob.got('BYE').length], [1, 1])
    await nothingLeft(house)
  })

  test('an ACK without the description that was owed ends the call', async () => {
    const { house, alice, bob } = await aPair()
    const sent = alice.send(alice.invitation('bob', { offerless: true }))
    await house.settle()
    bob.respond(invited(bob), 200, { sdp: SDP })
    await house.settle()
    alice.calling(sent, sent.last()).ack()
    await house.settle()
    assert.deepEqual([alice.got('BYE').length, bob.got('BYE').length], [1, 1])
    assert.match(causeOf(house) ?? '', /^failure/)
    await nothingLeft(house)
  })

  test('a caller that gives up while the offer is with the media rings nobody', async () => {
    const { house, alice, bob } = await aPair()
    let go: (() => void) | undefined
    const { offer } = house.media
    house.media.offer = async (...args) => {
      await new Promise<void>((done) => {
        go = done
      })
      return offer(...args)
    }
    const sent = alice.send(alice.invitation('bob'))
    await house.settle()
    sent.transaction.cancel()
    await house.settle()
    assert.equal(sent.status(), 487)
    go?.()
    await house.settle()
    assert.equal(bob.got('INVITE').length, 0)
    const [record] = [...house.store.calls.values()]
    assert.deepEqual([record?.cause, record?.status], ['caller', 487])
    await nothingLeft(house)
  })

  test('somebody who only rings is given up after two minutes, and no timer stays behind an early end', async () => {
    const house = aHouse({ subscribers: [open('alice'), open('bob', { ringOnly: true })] })
    const alice = aScriptPhone(house, 'alice', '192.0.2.10')
    const before = house.timers.armed
    const sent = alice.send(alice.invitation('bob'))
    await house.pass(121_000)
    assert.equal(sent.status(), 480)
    await nothingLeft(house)
    const again = alice.send(alice.invitation('bob'))
    await house.settle()
    again.transaction.cancel()
    await house.pass(40_000)
    assert.equal(again.status(), 487)
    assert.ok(house.timers.armed <= before, `${house.timers.armed} timers armed`)
  })
})
