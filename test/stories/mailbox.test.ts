import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { printWav } from '#core'
import { aHouse, DOMAIN, type House } from '../support/house.ts'
import { FOLDER } from '../support/memory-sounds.ts'
import { SDP } from '../support/phone.ts'
import { invited, nothingLeft, open } from '../support/script-calls.ts'
import { aScriptPhone } from '../support/script-phone.ts'

const aPair = async (mailbox = {}, bobIsHere = true) => {
  const house = aHouse({ subscribers: [open('alice'), open('bob')], mailbox })
  const alice = aScriptPhone(house, 'alice', '192.0.2.10')
  const bob = aScriptPhone(house, 'bob', '192.0.2.11')
  assert.equal(await alice.register(), 200)
  if (bobIsHere) assert.equal(await bob.register(), 200)
  return { house, alice, bob }
}
const BOB = `bob@${DOMAIN}`

const messagesOf = (house: House) => house.sounds.mailbox.list({ impi: BOB, limit: 10 })
const lastSpoken = (house: House) => house.media.spoken.at(-1)

/** The caller speaks so long, and hangs up or not. */
const leave = async (house: House, ms: number, end: 'closed' | 'silence' | 'limit'): Promise<void> => {
  const spoken = lastSpoken(house)
  assert.ok(spoken?.script?.record)
  house.sounds.write(spoken.script.record.path, ms)
  house.calls.onSpoken(spoken.call, end, ms)
  await house.settle()
}

describe('a mailbox', () => {
  test('answers after its time, and keeps what the caller says', async () => {
    const { house, alice, bob } = await aPair()
    const sent = alice.send(
      alice.invitation('bob', { headers: [['From', `"Alice A" <sip:alice@${DOMAIN}>;tag=a`]] }),
    )
    await house.settle()
    bob.respond(invited(bob), 180)
    await house.pass(19_000)
    assert.equal(sent.status(), 180)
    await house.pass(1500)
    assert.equal(bob.cancelled.length, 1)
    assert.equal(sent.status(), 200)
    assert.match(Buffer.from(sent.last()?.body ?? '').latin1Slice(), /x-through:speak-caller/)
    const near = alice.calling(sent, sent.last())
    near.ack()
    await house.settle()
    const [greeting, beep] = lastSpoken(house)?.script?.play ?? []
    assert.match(`${greeting} ${beep}`, /prompts\/greeting\.wav .*prompts\/beep\.wav/)
    assert.equal(lastSpoken(house)?.script?.record?.mostS, 180)
    near.send('BYE')
    await house.settle()
    await leave(house, 4200, 'closed')
    const [message] = await messagesOf(house)
    assert.deepEqual(
      [message?.with, message?.name, message?.ms, message?.heard],
      [`sip:alice@${DOMAIN}`, 'Alice A', 4200, false],
    )
    assert.deepEqual(house.sounds.files.settled, [message?.path], 'on disk before it is told of')
    assert.equal(house.store.calls.get(message?.call ?? '')?.mailbox, message?.id)
    assert.deepEqual(house.sounds.mailbox.countsOf(BOB), { new: 1, old: 0, newUrgent: 0, oldUrgent: 0 })
    await nothingLeft(house)
  })

  for (const [what, status] of [
    ['is busy', 486],
    ['declines', 603],
  ] as const)
    test(`answers at once for who ${what}`, async () => {
      const { house, alice, bob } = await aPair()
      const sent = alice.send(alice.invitation('bob'))
      await house.settle()
      bob.respond(invited(bob), status)
      await house.settle()
      assert.equal(sent.status(), 200)
      alice.calling(sent, sent.last()).ack()
      await house.settle()
      await leave(house, 2000, 'silence')
      assert.equal(alice.got('BYE').length, 1)
      house.calls.onSpoken(lastSpoken(house)?.call ?? '', 'closed', 2000)
      await house.settle()
      assert.equal((await messagesOf(house)).length, 1)
      await nothingLeft(house)
    })

  test('answers at once for who has no phone anywhere, and hears a hold and a digit', async () => {
    const { house, alice } = await aPair({}, false)
    const sent = alice.send(alice.invitation('bob'))
    await house.settle()
    assert.equal(sent.status(), 200)
    const near = alice.calling(sent, sent.last())
    near.ack()
    const again = near.send('INVITE', { sdp: `${SDP}a=sendonly\r\n` })
    await house.settle()
    assert.equal(again.status(), 200)
    assert.equal(lastSpoken(house)?.script, undefined, 'it goes on with what it does')
    near.ack()
    near.send('BYE')
    await house.pass(6000)
    assert.deepEqual([...house.sounds.store.sounds.keys()], [], 'who says nothing leaves nothing')
    await nothingLeft(house)
  })

  test('keeps what media say nothing of, as long as its file is', async () => {
    const { house, alice } = await aPair({}, false)
    const sent = alice.send(alice.invitation('bob', { headers: [['Privacy', 'id']] }))
    await house.settle()
    const near = alice.calling(sent, sent.last())
    near.ack()
    near.send('BYE')
    await house.settle()
    house.sounds.write(lastSpoken(house)?.script?.record?.path ?? '', 3000)
    let isIdle = false
    void house.calls.idle(60_000).then(() => {
      isIdle = true
    })
    await house.settle()
    assert.equal(isIdle, false, 'the house waits for it')
    await house.pass(6000)
    assert.equal(isIdle, true)
    const [message] = await messagesOf(house)
    assert.deepEqual([message?.ms, message?.with, message?.name], [3000, '', ''])
  })

  test('does not answer for nobody, when it is full, without media, and for its owner', async () => {
    const { house, alice } = await aPair({ most: 0 }, false)
    const full = alice.send(alice.invitation('bob'))
    await house.settle()
    assert.equal(full.status(), 480)
    const none = await aPair({ has: () => false }, false)
    const refused = none.alice.send(none.alice.invitation('bob'))
    await none.house.settle()
    assert.equal(refused.status(), 480)
    const own = await aPair()
    const second = aScriptPhone(own.house, 'bob', '192.0.2.12')
    assert.equal(await second.register(), 200)
    const self = own.bob.send(own.bob.invitation('bob'))
    await own.house.settle()
    assert.equal(own.bob.got('INVITE').length, 0, 'the phone that calls does not ring')
    second.respond(invited(second), 486)
    await own.house.settle()
    assert.equal(self.status(), 486)
    const late = await aPair({}, false)
    const offerless = late.alice.send(late.alice.invitation('bob', { offerless: true }))
    await late.house.settle()
    assert.equal(offerless.status(), 480)
  })

  test('opens to its owner who dials its own number and has no other phone; without one, that is refused at once', async () => {
    const { house, bob } = await aPair()
    const sent = bob.send(bob.invitation('bob'))
    await house.settle()
    assert.equal(sent.status(), 200)
    assert.match(lastSpoken(house)?.script?.play.at(-1) ?? '', /none\.wav$/)
    assert.equal(lastSpoken(house)?.script?.record, undefined, 'it takes no message')
    assert.equal(house.calls.list()[0]?.record.ownMailbox, true)
    bob.calling(sent, sent.last()).ack()
    const none = await aPair({ has: () => false })
    const refused = none.bob.send(none.bob.invitation('bob'))
    await none.house.settle()
    assert.deepEqual([refused.status(), none.bob.got('INVITE').length], [486, 0])
  })

  test('knows the phone that calls by its contact, wherever it sends from', async () => {
    const house = aHouse({ subscribers: [open('bob')], mailbox: {} })
    const bob = aScriptPhone(house, 'bob', '192.0.2.11')
    const contact = (uri: string) => [['Contact', `<${uri}>`]] as [string, string][]
    assert.equal(await bob.register(contact('sip:bob@192.0.2.11:5062;ob')), 200)
    const sent = bob.send(bob.invitation('bob', { headers: contact('sip:bob@192.0.2.11:5062') }))
    await house.settle()
    assert.equal(sent.status(), 200, 'it was rung itself')
    assert.equal(house.calls.list()[0]?.record.ownMailbox, true)
  })

  test('that answers is not its owner who talks', async () => {
    const { house, alice, bob } = await aPair()
    const owner = house.subscribers.byImpi(BOB)
    assert.ok(owner)
    const lamps: string[] = []
    house.lamps.watch(owner, () => lamps.push(house.lamps.lampOf(owner).lamp))
    const sent = alice.send(alice.invitation('bob'))
    await house.settle()
    bob.respond(invited(bob), 180)
    await house.settle()
    bob.respond(invited(bob), 486)
    await house.settle()
    assert.equal(sent.status(), 200)
    assert.deepEqual(lamps, ['ringing', 'ringing', 'idle'], 'never busy')
  })

  test('greets with its owner’s own words, as a telephone hears them', async () => {
    const { house, alice } = await aPair({}, false)
    const { greeting } = house.sounds.mailbox
    assert.deepEqual(await greeting.put(BOB, new Uint8Array(100)), { ok: false, error: 'no-wav' })
    assert.equal((await greeting.put(BOB, printWav(new Int16Array(8000)))).ok, true)
    alice.send(alice.invitation('bob'))
    await house.settle()
    assert.match(lastSpoken(house)?.script?.play[0] ?? '', /^\/sounds\/greetings\//)
    await greeting.remove(BOB)
    assert.equal(await greeting.of(BOB), undefined)
  })

  test('is its owner’s alone, and tells who watches it', async () => {
    const { house, alice } = await aPair({}, false)
    const seen: number[] = []
    const stop = house.sounds.mailbox.watch({ impi: BOB }, (counts) => seen.push(counts.new))
    for (let n = 0; n < 2; n++) {
      const sent = alice.send(alice.invitation('bob'))
      await house.settle()
      const near = alice.calling(sent, sent.last())
      near.ack()
      near.send('BYE')
      await house.settle()
      await leave(house, 2000, 'closed')
    }
    const { mailbox } = house.sounds
    const [first, second] = await messagesOf(house)
    assert.ok(first && second)
    assert.equal(await mailbox.get(`alice@${DOMAIN}`, first.id), undefined)
    assert.equal(await mailbox.remove(`alice@${DOMAIN}`, first.id), false)
    assert.equal(await mailbox.mark(BOB, first.id, true), true)
    assert.equal(await mailbox.mark(BOB, first.id, true), true)
    assert.deepEqual(mailbox.countsOf(BOB), { new: 1, old: 1, newUrgent: 0, oldUrgent: 0 })
    assert.equal(await mailbox.remove(BOB, second.id), true)
    assert.equal(house.sounds.files.files.has(second.path), false)
    assert.deepEqual(seen, [1, 2, 1, 0])
    stop()
    assert.equal(await mailbox.deleteBefore(house.timers.clock.wallMs() + 1), 1)
    assert.deepEqual(mailbox.countsOf(BOB), { new: 0, old: 0, newUrgent: 0, oldUrgent: 0 })
    assert.equal(seen.length, 4)
  })

  test('is heard by dialling its number: one after the other, with keys to go on and to delete', async () => {
    const { house, alice, bob } = await aPair()
    for (let n = 0; n < 3; n++) {
      const path = `2026-01/m${n}.wav`
      house.sounds.write(FOLDER + path, 2000)
      await house.sounds.mailbox.add({
        ...{
          kind: 'mailbox',
          id: `m${n}`,
          impi: BOB,
          call: 'c',
          with: '',
          name: '',
          atMs: n,
          ms: 2000,
          path,
        },
        ...{ type: 'audio/wav', heard: false, urgent: false },
      })
    }
    const sent = bob.send(bob.invitation('*97'))
    await house.settle()
    assert.equal(sent.status(), 200)
    assert.equal(house.calls.list()[0]?.record.ownMailbox, true)
    const near = bob.calling(sent, sent.last())
    near.ack()
    const call = lastSpoken(house)?.call ?? ''
    const heard = () => lastSpoken(house)?.script?.play.at(-1)?.replace(/^.*\//, '')
    assert.equal(heard(), 'm0.wav')
    house.calls.onSpoken(call, 'played', 0)
    await house.settle()
    assert.equal(heard(), 'm1.wav')
    house.calls.onDtmf(call, 'caller', '7')
    await house.settle()
    assert.equal(heard(), 'm2.wav')
    const info = near.send('INFO', { headers: [['Content-Type', 'application/dtmf-relay']] })
    await house.settle()
    assert.equal(info.status(), 200)
    house.calls.onDtmf(call, 'caller', '2')
    house.calls.onDtmf(call, 'caller', '9')
    await house.settle()
    assert.equal(heard(), 'm2.wav')
    house.calls.onDtmf(call, 'caller', '1')
    await house.settle()
    assert.equal(heard(), 'none.wav')
    house.calls.onSpoken(call, 'played', 0)
    await house.settle()
    assert.equal(bob.got('BYE').length, 1)
    assert.deepEqual(house.sounds.mailbox.countsOf(BOB), { new: 0, old: 2, newUrgent: 0, oldUrgent: 0 })
    assert.ok(alice)
    await nothingLeft(house)
  })
})

describe('a call that is recorded', () => {
  const aCall = async () => {
    const { house, alice, bob } = await aPair()
    const sent = alice.send(alice.invitation('bob'))
    await house.settle()
    const ring = invited(bob)
    const answer = bob.respond(ring, 200, { sdp: SDP })
    await house.settle()
    const near = alice.calling(sent, sent.last())
    near.ack()
    await house.settle()
    const id = house.calls.list()[0]?.record.id ?? ''
    return { house, near, far: bob.called(ring, answer), id }
  }
  const wish = async (house: House, leg: Awaited<ReturnType<typeof aCall>>['near'], word: string) => {
    const sent = leg.send('INFO', { headers: [['Record', word]] })
    await house.settle()
    return sent.status()
  }

  test('is whose phone says Record: on, from then until it says off', async () => {
    const { house, near, id } = await aCall()
    assert.equal(await wish(house, near, 'on'), 200)
    assert.equal(await wish(house, near, 'On'), 200)
    const [begun] = house.media.kept
    assert.equal(house.media.kept.length, 1)
    assert.match(begun?.folder ?? '', /^\/sounds\/\d{4}-\d\d$/)
    assert.equal(await wish(house, near, 'off'), 200)
    assert.equal(house.media.kept.at(-1)?.folder, undefined)
    const file = house.sounds.write(`${begun?.folder}/${begun?.name}.wav`, 5000)
    house.calls.onRecorded(id, [file, { ...file, path: `${begun?.folder}/missing.wav` }])
    await house.settle()
    const kept = await house.sounds.recordings.list({ impi: `alice@${DOMAIN}`, limit: 10 })
    assert.deepEqual(
      kept.map((one) => [one.call, one.with, one.ms, one.voice]),
      [[id, `sip:${BOB}`, 5000, undefined]],
    )
    assert.deepEqual(house.store.calls.get(id)?.recordings, [kept[0]?.id])
    near.send('BYE')
    await house.settle()
    await nothingLeft(house)
  })

  test('and goes on to its end is kept as well, for the one who was called', async () => {
    const { house, near, far, id } = await aCall()
    assert.equal(await wish(house, far, 'on'), 200)
    near.send('BYE')
    await house.settle()
    const [begun] = house.media.kept
    const said = (['caller', 'callee'] as const).map((side) => ({
      ...house.sounds.write(`${begun?.folder}/${begun?.name}-${side}.ogg`, 1000),
      side,
    }))
    house.calls.onRecorded(id, said)
    await house.settle()
    const kept = await house.sounds.recordings.list({ impi: BOB, limit: 10 })
    assert.deepEqual(
      kept.map((one) => [one.with, one.voice]),
      [
        [`sip:alice@${DOMAIN}`, 'other'],
        [`sip:alice@${DOMAIN}`, 'own'],
      ],
      'the second one is of the one who had it recorded',
    )
    assert.deepEqual(
      house.store.calls.get(id)?.recordings,
      kept.map((one) => one.id),
    )
  })

  test('ends in the order that was said, and a disk in trouble is no end of it', async () => {
    const { house, id } = await aCall()
    const said = await Promise.all([
      house.calls.record(id, 'caller', true),
      house.calls.record(id, 'caller', false),
    ])
    assert.deepEqual(
      said.map(({ ok }) => ok),
      [true, true],
    )
    assert.deepEqual(
      house.media.kept.map(({ folder }) => folder !== undefined),
      [true, false],
    )
    const { pathOf } = house.sounds.ports.files
    house.sounds.ports.files.pathOf = () => Promise.reject(new Error('ENOSPC'))
    assert.equal((await house.calls.record(id, 'caller', true)).ok, false)
    house.sounds.ports.files.pathOf = pathOf
    assert.equal((await house.calls.record(id, 'caller', true)).ok, true)
    assert.equal(house.media.kept.length, 3)
  })

  test('is refused where that is not allowed', async () => {
    const { house, near, id } = await aCall()
    house.sounds.forbid()
    assert.equal(await wish(house, near, 'on'), 403)
    assert.equal(await wish(house, near, 'off'), 200)
    near.send('BYE')
    await house.settle()
    const gone = await house.calls.record(id, 'caller', true)
    assert.deepEqual([gone.ok, !gone.ok && gone.error.status], [false, 481])
  })
})
