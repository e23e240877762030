import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { silentLog } from '#lib/log'
import { createRandom } from '#lib/random'
import { createRequest, createResponse, createSipEndpoint, type SipRequest } from '#sip'
import {
  addressOf,
  addressText,
  type Deliver,
  decodeRp,
  decodeTpdu,
  encodeDeliver,
  encodeRp,
  encodeStatusReport,
  encodeSubmitReport,
  FCS_MEMORY_FULL,
  type Rp,
  type Submit,
  smsTime,
  type Tpdu,
  textOf,
  textParts,
  type UserData,
} from '#sms'
import { createTestNetwork } from '../testing.ts'
import { createUe } from '../ue.ts'
import type { UeEvent } from '../ue-event.ts'
import { identityOfImsi, type UeIdentity } from '../ue-identity.ts'
import type { TextPolicy, TextReport } from './contract.ts'

const handset = { address: '192.0.2.1', port: 5060 }
const house = { address: '192.0.2.9', port: 5060 }
const random = createRandom()
const sim = { algo: 'xor' as const, k: new Uint8Array(16) }
const withSim: UeIdentity = { ...identityOfImsi('001010000000001'), sim }
const phone: UeIdentity = { impu: 'sip:1001@test', impi: '1001', domain: 'test', password: 'x' }
const SMS = 'application/vnd.3gpp.sms'
const GATEWAY = 'sip:ipsmgw@test'
const time = smsTime(Date.UTC(2026, 2, 4, 5, 6, 7), 60)

type Script = { status?: number; answer?: (rp: Rp, tpdu: Tpdu | undefined) => Rp | undefined }

/** A handset and a service centre that does what the test says. */
const aScene = (identity: UeIdentity, script: Script = {}, policy?: TextPolicy) => {
  const network = createTestNetwork()
  const requests: SipRequest[] = []
  const events: UeEvent[] = []
  const statuses: number[] = []
  const flow = () => {
    const path = network.wireAt(house).flowTo('udp', handset)
    assert.ok(path)
    return path
  }
  let calls = 0
  const say = (rp: Rp, headers: [string, string][] = [], type = SMS): string => {
    const request = createRequest('MESSAGE', 'sip:handset@192.0.2.1')
    const callId = `mt-${++calls}@test`
    request.headers.add('Max-Forwards', '70').add('From', `<${GATEWAY}>;tag=${calls}`)
    request.headers.add('To', `<${identity.impu}>`).add('Call-ID', callId).add('CSeq', '1 MESSAGE')
    request.headers.add('P-Asserted-Identity', `<${GATEWAY}>`)
    request.headers.add('P-Called-Party-ID', '<sip:called@test>').add('Content-Type', type)
    for (const [name, value] of headers) request.headers.add(name, value)
    request.body = type === SMS ? encodeRp(rp) : new TextEncoder().encode(rp as never)
    server.request(request, flow(), {
      onResponse: ({ status }) => statuses.push(status),
      onFailure: () => statuses.push(0),
    })
    return callId
  }
  const server = createSipEndpoint({
    timers: network.timers,
    random,
    log: silentLog,
    wire: network.wireAt(house),
    values: { t1: 500, t2: 4000, t4: 5000 },
    tcpThreshold: 100_000,
    user: {
      onRequest(request, transaction) {
        requests.push(request)
        const response = createResponse(request, script.status ?? 202, 'as the test says')
        response.headers.set('To', `${request.headers.get('To')};tag=s`)
        transaction.respond(response)
        const rp = rpOf(request)
        if (!rp || !script.answer) return
        const tpdu = 'tpdu' in rp && rp.tpdu ? decodeTpdu(rp.tpdu, 'mo') : undefined
        const answer = script.answer(rp, tpdu?.ok ? tpdu.value : undefined)
        if (answer) say(answer, [['In-Reply-To', request.headers.get('Call-ID') ?? '']])
      },
      onAck: () => {},
      onStrayResponse: () => {},
    },
  })
  network.attach(house, server)
  const ue = createUe({
    wire: network.wireAt(handset),
    timers: network.timers,
    random,
    log: silentLog,
    openMedia: network.openMediaAt(handset.address),
    identity,
    server: { ...house, transport: 'udp' },
    ...(policy && { texting: policy }),
    onEvent: (event) => events.push(event),
  })
  network.attach(handset, ue.user)
  const seen = <K extends UeEvent['kind']>(kind: K) =>
    events.filter((event): event is UeEvent & { kind: K } => event.kind === kind)
  return { ...network, ue, requests, seen, statuses, say, flow }
}

const rpOf = ({ headers, body }: SipRequest): Rp | undefined => {
  if (headers.get('Content-Type') !== SMS) return undefined
  const rp = decodeRp(body)
  assert.ok(rp.ok)
  return rp.value
}

const acknowledge = (rp: Rp): Rp | undefined =>
  rp.kind === 'data' || rp.kind === 'smma'
    ? {
        kind: 'ack',
        direction: 'mt',
        reference: rp.reference,
        tpdu: encodeSubmitReport({ kind: 'submit-report', time }),
      }
    : undefined

const during = async <T>(work: Promise<T>, passing: Promise<void>): Promise<T> =>
  (await Promise.all([work, passing]))[0]

const submits = (requests: SipRequest[]): Submit[] =>
  requests.map((request) => {
    const rp = rpOf(request)
    assert.ok(rp?.kind === 'data')
    const tpdu = decodeTpdu(rp.tpdu, 'mo')
    assert.ok(tpdu.ok && tpdu.value.kind === 'submit')
    return tpdu.value
  })

const deliver = (text: string, more: Partial<Deliver> = {}, reference = 7): Rp[] => {
  const made = textParts(text, { reference })
  assert.ok(made.ok)
  const { dcs, parts } = made.value
  return parts.map((userData: UserData, index) => ({
    kind: 'data',
    direction: 'mt',
    reference: 100 + index,
    originator: addressOf('+15550199'),
    tpdu: encodeDeliver({
      ...{ kind: 'deliver', originator: addressOf('+15550100200'), pid: 0, dcs, time, userData },
      ...{ moreMessages: false, loopPrevention: false, reportIndication: false, replyPath: false },
      ...more,
    }),
  }))
}

describe('a handset with a SIM sends texts', () => {
  test('as SMS over IP, and waits for the submit report', async () => {
    const { ue, pass, requests, seen } = aScene(withSim, { answer: acknowledge })
    const report = await during(
      ue.text('+15550100200', 'hello {€}', { statusReport: true, validityS: 3600 }),
      pass(200),
    )
    assert.equal(report.ok, true)
    assert.deepEqual([report.form, report.parts, report.status], ['sms', 1, 202])
    const [request] = requests
    assert.ok(request)
    assert.equal(request.uri, `sip:+15550199@${withSim.domain};user=phone`)
    assert.equal(request.headers.get('P-Preferred-Identity'), `<${withSim.impu}>`)
    const rp = rpOf(request)
    assert.ok(rp?.kind === 'data' && rp.direction === 'mo')
    assert.equal(rp.originator, undefined)
    assert.equal(addressText(rp.destination as never), '+15550199')
    const [submit] = submits(requests)
    assert.ok(submit)
    assert.equal(addressText(submit.destination), '+15550100200')
    assert.equal(textOf(submit.userData, submit.dcs), 'hello {€}')
    assert.deepEqual([submit.reportWanted, submit.validity], [true, { kind: 'relative', value: 11 }])
    assert.deepEqual(report.references, [submit.reference])
    assert.deepEqual(
      seen('sent').map((event) => event.report),
      [report],
    )
  })

  test('in parts, each acknowledged before the next', async () => {
    const { ue, pass, requests } = aScene(withSim, { answer: acknowledge })
    const words = 'длинный текст '.repeat(12)
    const unanswered = aScene(withSim)
    void unanswered.ue.text('911', words)
    await unanswered.pass(5000)
    assert.equal(unanswered.requests.length, 1)
    const report = await during(ue.text('911', words), pass(500))
    assert.deepEqual([report.ok, report.parts], [true, 3])
    const parts = submits(requests)
    assert.equal(parts.map(({ userData, dcs }) => textOf(userData, dcs)).join(''), words)
    assert.equal(new Set(parts.map(({ reference }) => reference)).size, 3)
    assert.equal(new Set(requests.map((request) => rpOf(request)?.reference)).size, 3)
  })

  const failing = async (script: Script): Promise<TextReport> => {
    const { ue, pass } = aScene(withSim, script)
    return during(ue.text('+15550100200', 'x'.repeat(200)), pass(41_000))
  }
  test('and stops at an RP-ERROR', async () => {
    const report = await failing({
      answer: (rp) =>
        rp.kind === 'data'
          ? { kind: 'error', direction: 'mt', reference: rp.reference, cause: 42 }
          : undefined,
    })
    assert.deepEqual(
      [report.ok, report.cause, report.reason, report.references.length],
      [false, 42, 'Congestion', 1],
    )
  })
  test('and stops when SIP refuses', async () => {
    const report = await failing({ status: 403 })
    assert.deepEqual([report.ok, report.status, report.references.length], [false, 403, 1])
  })
  test('and gives up waiting for a report after TR1M', async () => {
    const report = await failing({})
    assert.deepEqual([report.ok, report.reason], [false, 'no submit report'])
  })
  test('and is not misled by a report on something else', async () => {
    const report = await failing({
      answer: (rp) => ({ kind: 'ack', direction: 'mt', reference: (rp.reference + 1) & 0xff }),
    })
    assert.deepEqual([report.ok, report.reason], [false, 'no submit report'])
  })
  test('but not one of more than 255 parts', async () => {
    const { ue, requests } = aScene(withSim)
    const report = await ue.text('911', 'x'.repeat(40_000))
    assert.deepEqual([report.ok, report.reason, requests.length], [false, 'too-long', 0])
  })
  test('plainly, when asked to', async () => {
    const { ue, pass, requests } = aScene(withSim)
    const report = await during(ue.text('bob', 'grüß dich', { plain: true }), pass(200))
    assert.deepEqual([report.ok, report.form, report.status], [true, 'plain', 202])
    assert.equal(requests[0]?.uri, `sip:bob@${withSim.domain}`)
    assert.equal(new TextDecoder().decode(requests[0]?.body), 'grüß dich')
  })
})

describe('a SIP phone sends texts', () => {
  test('plainly', async () => {
    const { ue, pass, requests } = aScene(phone)
    assert.equal((await during(ue.text('1002', 'hello'), pass(200))).form, 'plain')
    assert.equal(requests[0]?.headers.get('Content-Type'), 'text/plain;charset=UTF-8')
  })
})

describe('a handset takes texts', () => {
  test('acknowledges them in a MESSAGE of its own, and shows them', async () => {
    const { say, pass, requests, seen, statuses } = aScene(withSim)
    const callIds = deliver('hello').map((rp) => say(rp))
    await pass(200)
    assert.deepEqual(statuses, [200])
    const [report] = requests
    assert.ok(report)
    assert.equal(report.uri, GATEWAY)
    assert.equal(report.headers.get('In-Reply-To'), callIds[0])
    assert.match(report.headers.get('From') ?? '', /^<sip:called@test>/)
    const rp = rpOf(report)
    assert.ok(rp?.kind === 'ack' && rp.reference === 100 && rp.tpdu)
    assert.deepEqual(decodeTpdu(rp.tpdu, 'mo', 'ack'), { ok: true, value: { kind: 'deliver-report' } })
    assert.deepEqual(seen('message'), [
      { kind: 'message', form: 'sms', from: '+15550100200', text: 'hello', parts: 1 },
    ])
  })

  test('joins parts in any order, and keeps senders apart', async () => {
    const { say, pass, requests, seen } = aScene(withSim)
    const words = '日本語のテキスト '.repeat(20)
    const [a = [], b = []] = [deliver(words), deliver(words, { originator: addressOf('Tandem') })].map(
      (rps) => rps.reverse(),
    )
    for (const rp of [...a.slice(1), ...b, ...a.slice(0, 1)]) say(rp)
    await pass(200)
    assert.equal(requests.length, a.length + b.length)
    assert.deepEqual(
      seen('message').map(({ from, text, parts }) => [from, text, parts]),
      [
        ['Tandem', words, 3],
        ['+15550100200', words, 3],
      ],
    )
  })

  test('joins a pair of units that the sender cut in two', async () => {
    const { say, pass, seen } = aScene(withSim)
    const parts = ['d83d', 'de00'].map((half, index) => ({
      elements: [{ id: 0, octets: Uint8Array.of(9, 2, index + 1) }],
      payload: Uint8Array.fromHex(half),
    }))
    for (const userData of parts) for (const rp of deliver('', { dcs: 8, userData })) say(rp)
    await pass(200)
    assert.equal(seen('message')[0]?.text, '😀')
  })

  test('shows what is no text, and not what nobody is to see', async () => {
    const { say, pass, requests, seen } = aScene(withSim)
    const data = { elements: [], payload: Uint8Array.of(1, 2) }
    for (const more of [{ dcs: 4, userData: data }, { pid: 0x40 }, { pid: 0x7f, dcs: 0xf6, userData: data }])
      for (const rp of deliver('', more)) say(rp)
    for (const rp of deliver('flash', { dcs: 0x10 })) say(rp)
    await pass(200)
    assert.deepEqual(
      seen('message').map(({ text, data, flash }) => [text, data, flash]),
      [
        ['', '0102', undefined],
        ['flash', undefined, true],
      ],
    )
    assert.deepEqual(
      seen('unshown').map(({ pid }) => pid),
      [0x40, 0x7f],
    )
    assert.equal(requests.length, 4)
  })

  test('is told what became of its own', async () => {
    const { say, pass, seen, requests } = aScene(withSim)
    const tpdu = encodeStatusReport({
      ...{ kind: 'status-report', reference: 12, recipient: addressOf('+15550100200'), time, doneTime: time },
      ...{ status: 0, moreMessages: false, loopPrevention: false, ofCommand: false },
    })
    say({ kind: 'data', direction: 'mt', reference: 1, tpdu })
    await pass(200)
    assert.deepEqual(seen('status-report'), [
      { kind: 'status-report', reference: 12, recipient: '+15550100200', status: 0 },
    ])
    assert.equal(rpOf(requests[0] as SipRequest)?.kind, 'ack')
  })

  test('says what is wrong with the others', async () => {
    const { say, pass, requests, statuses, seen } = aScene(withSim)
    say({ kind: 'data', direction: 'mt', reference: 5, tpdu: Uint8Array.of(0, 0xff) })
    say({ kind: 'data', direction: 'mo', reference: 6, tpdu: new Uint8Array(0) })
    say('hello' as never, [], 'text/html')
    say('hello' as never, [], 'text/plain')
    await pass(200)
    assert.deepEqual(statuses, [200, 400, 415, 200])
    assert.equal(requests.length, 1)
    const rp = rpOf(requests[0] as SipRequest)
    assert.ok(rp?.kind === 'error' && rp.cause === 96 && rp.reference === 5)
    assert.equal(seen('message')[0]?.form, 'plain')
  })
})

describe('a handset does as it is told with texts', () => {
  const told = async (policy: TextPolicy, forMs: number) => {
    const scene = aScene(withSim, { answer: acknowledge }, policy)
    for (const rp of deliver('hello')) scene.say(rp)
    scene.say('plain' as never, [], 'text/plain')
    await scene.pass(forMs)
    return { ...scene, rps: scene.requests.map((request) => rpOf(request)) }
  }
  test('gives no report', async () => {
    const { statuses, requests } = await told({ kind: 'no-report' }, 1000)
    assert.deepEqual([statuses, requests.length], [[200, 200], 0])
  })
  test('says nothing at all', async () => {
    const { statuses, requests } = await told({ kind: 'ignore' }, 33_000)
    assert.deepEqual([statuses, requests.length], [[0, 0], 0])
  })
  test('refuses for a cause', async () => {
    const { rps, statuses, seen } = await told({ kind: 'refuse', cause: 111 }, 1000)
    assert.deepEqual(rps, [{ kind: 'error', direction: 'mo', reference: 100, cause: 111 }])
    assert.deepEqual(statuses, [480, 200].sort())
    assert.equal(seen('message').length, 0)
  })
  test('has no memory, and then has some again', async () => {
    const { rps, seen, say, pass, ue } = await told({ kind: 'refuse', cause: 22, memoryAfterMs: 2000 }, 3000)
    const [refusal, memory] = rps
    assert.ok(refusal?.kind === 'error' && refusal.cause === 22 && refusal.tpdu)
    const report = decodeTpdu(refusal.tpdu, 'mo', 'error')
    assert.ok(report.ok && report.value.kind === 'deliver-report' && report.value.cause === FCS_MEMORY_FULL)
    assert.equal(memory?.kind, 'smma')
    assert.deepEqual(seen('memory'), [{ kind: 'memory', known: true }])
    assert.deepEqual(ue.texting, { kind: 'take' })
    for (const rp of deliver('again')) say(rp)
    await pass(200)
    assert.equal(seen('message')[0]?.text, 'again')
  })
})
