import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Transport } from '#lib/wire'
import { createRequest } from '../grammar/message.ts'
import type { SipEndpointPorts } from './endpoint.ts'
import {
  answerTo,
  createTestEndpoint,
  createTestFlow,
  octetsOf,
  requestText,
  type TestFlow,
} from './testing.ts'

/** Repeatable noise. */
const createNoise = (seed: number) => {
  let state = seed
  return (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 0x100000000) * below)
  }
}
type Noise = ReturnType<typeof createNoise>

const limits = {
  transactions: 60,
  invitesPerSource: 25,
  completed: 40,
  completedOctets: 1 << 14,
  badAnswersPerSecond: 20,
  incomplete: 3,
  incompleteMs: 30_000,
}

const methods = ['OPTIONS', 'REGISTER', 'INVITE', 'ACK', 'CANCEL', 'BYE', 'MESSAGE', 'NONSENSE']

/** Few branches, dialogues and numbers, so that messages meet each other's transactions. */
const aMessage = (noise: Noise): string => {
  const method = methods[noise(methods.length)] as string
  const branch = noise(5) === 0 ? `old${noise(4)}` : `z9hG4bK${noise(400)}`
  const rport = ['', ';rport', ';rport=7', ';received=203.0.113.9'][noise(4)]
  const host = ['192.0.2.1', '10.0.0.1:5070', '[2001:db8::1]', 'phone.example.com'][noise(4)]
  const via = `SIP/2.0/UDP ${host};branch=${branch}${rport}`
  const text = requestText(method, { via, callId: `call-${noise(50)}`, seq: noise(3) })
  return noise(6) === 0 ? text.replace(/^.*\r\n/, `SIP/2.0 ${100 + noise(600)} Reason\r\n`) : text
}

const mutated = (noise: Noise, text: string): Buffer => {
  const octets = octetsOf(text)
  for (let i = noise(4); i > 0; i--) octets[noise(octets.length)] = noise(256)
  if (noise(8) === 0) return octets.subarray(0, noise(octets.length))
  if (noise(8) === 0) return Buffer.concat([octets, octets.subarray(noise(octets.length))])
  return octets
}

const random = (noise: Noise): Buffer => {
  const octets = Buffer.alloc(noise(200))
  for (let i = 0; i < octets.length; i++) octets[i] = noise(256)
  return octets
}

const transports: Transport[] = ['udp', 'tcp', 'tls', 'ws', 'wss']

/** An endpoint whose user answers some requests at once, some later, some never, and calls others itself. */
const createChaos = (noise: Noise) => {
  const ports: Partial<SipEndpointPorts> = { limits }
  const house = createTestEndpoint(ports)
  const { endpoint, heard } = house
  const flows: TestFlow[] = []
  let connection = 0
  const newFlow = (transport: Transport) =>
    createTestFlow(
      transport,
      { address: `192.0.2.${1 + noise(3)}`, port: 5060 },
      transport === 'udp' ? 0 : ++connection,
    )
  for (const transport of transports) flows.push(newFlow(transport))

  const act = (): void => {
    const kept = heard.requests.splice(0)
    for (const { request, transaction } of kept)
      if (noise(3) > 0) transaction.respond(answerTo(request, 100 + noise(500)))
      else if (heard.requests.length < 20) heard.requests.push({ request, transaction })
    if (noise(20) > 0) return
    const call = createRequest(methods[noise(3)] as string, 'sip:bob@example.com')
    call.headers.add('From', '<sip:us@example.com>;tag=u').add('To', '<sip:bob@example.com>')
    call.headers.add('Call-ID', 'ours').add('CSeq', `1 ${call.method}`)
    const to = flows[noise(flows.length)] as TestFlow
    const events = { onResponse: () => {}, onFailure: () => {} }
    const transaction = endpoint.request(call, to, events)
    if (noise(2) === 0) transaction.cancel()
    const echo = to.sent.at(-1)?.replace(/^.*\r\n/, `SIP/2.0 ${100 + noise(600)} Reason\r\n`)
    if (echo && noise(2) === 0) endpoint.onData(to, octetsOf(echo))
  }
  const replace = (i: number): void => {
    const flow = flows[i] as TestFlow
    if (flow.transport === 'udp') return
    flow.open = false
    endpoint.onClose(flow)
    flows[i] = newFlow(flow.transport)
  }
  const check = (): void => {
    const figures = endpoint.figures()
    const { serverTransactions = 0, answersKept = 0, acceptedKept = 0, confirmedKept = 0 } = figures
    assert.ok(serverTransactions <= limits.transactions + 1, `${serverTransactions} server transactions`)
    assert.ok(Math.max(answersKept, acceptedKept, confirmedKept) <= limits.completed)
    assert.ok((figures.unacknowledged ?? 0) <= limits.completed)
    assert.ok((figures.incompleteStreams ?? 0) <= limits.incomplete)
    assert.ok((figures.streams ?? 0) <= 2, `${figures.streams} streams`)
    assert.ok((figures.invitingSources ?? 0) <= 3)
    assert.equal(figures.bugs, 0)
  }
  return { ...house, flows, act, replace, check }
}

describe('noise', () => {
  for (const seed of [1, 2, 3])
    test(`of whatever kind, on every transport, breaks nothing and fills nothing (${seed})`, () => {
      const noise = createNoise(seed)
      const { endpoint, flows, clock, act, replace, check } = createChaos(noise)
      for (let i = 0; i < 20_000; i++) {
        const at = noise(flows.length)
        const flow = flows[at] as TestFlow
        const kind = noise(10)
        const octets =
          kind === 0 ? random(noise) : kind < 4 ? mutated(noise, aMessage(noise)) : octetsOf(aMessage(noise))
        endpoint.onData(flow, octets)
        if (!flow.open || noise(500) === 0) replace(at)
        act()
        for (const { sent } of flows) sent.length = 0
        if (i % 10 === 0) clock.advance(noise(30) * 10)
        if (i % 100 === 0) check()
      }
      check()
      for (let i = 0; i < flows.length; i++) replace(i)
      clock.advance(3_600_000)
      const { serverTransactions, answersKept, acceptedKept, clientTransactions, clientKept, streams } =
        endpoint.figures()
      // INVITEs that their user never answers stay: for how long a phone rings is the user's to say.
      assert.ok((serverTransactions ?? 0) <= limits.transactions)
      assert.deepEqual([answersKept, acceptedKept, clientTransactions, clientKept, streams], [0, 0, 0, 0, 0])
      assert.equal(clock.armed, 0)
    })
})
