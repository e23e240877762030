import type { Transport } from '#lib/wire'
import { createRequest, type SipRequest, type SipResponse } from '../grammar/message.ts'
import { printMessage } from '../grammar/print.ts'
import type { SipEndpointPorts } from './endpoint.ts'
import {
  answerTo,
  createTestEndpoint,
  createTestFlow,
  octetsOf,
  parsedRequest,
  type TestFlow,
} from './testing.ts'

/** For tests: a request of ours under way on a flow in memory. */
export const aRequest = (method: string, size = 0): SipRequest => {
  const request = createRequest(method, 'sip:bob@192.0.2.1')
  const { headers } = request
  headers
    .add('Max-Forwards', '70')
    .add('From', '<sip:alice@example.com>;tag=a')
    .add('To', '<sip:bob@example.com>')
  headers.add('Call-ID', 'call-1').add('CSeq', `7 ${method}`).add('Route', '<sip:edge.example.com;lr>')
  if (size > 0) headers.add('Subject', 'x'.repeat(size))
  return request
}

export const aClient = (
  method: string,
  options: { transport?: Transport; size?: number; ports?: Partial<SipEndpointPorts> } = {},
) => {
  const { transport = 'udp' as const, size = 0, ports } = options
  const house = createTestEndpoint(ports)
  const flow = createTestFlow(transport, { address: '192.0.2.1', port: 5060 }, transport === 'udp' ? 0 : 7)
  const responses: SipResponse[] = []
  const failures: string[] = []
  const given = aRequest(method, size)
  const transaction = house.endpoint.request(given, flow, {
    onResponse: (response) => responses.push(response),
    onFailure: (why) => failures.push(why),
  })
  /** The peer answers what it was sent last, or that message. */
  const answer = (status: number, tag = 'b', to = parsedRequest(flow.sent[0] ?? ''), from: TestFlow = flow) =>
    house.endpoint.onData(from, octetsOf(printMessage(answerTo(to, status, tag))))
  const statuses = () => responses.map(({ status }) => status)
  const figure = (name: string) => house.endpoint.figures()[name]
  /** When each message went out, in milliseconds from now, until nothing is armed any more. */
  const times = () => {
    const start = house.clock.clock.nowMs()
    const found: number[] = []
    let seen = flow.sent.length
    for (let i = 0; i < 70_000 && house.clock.armed > 0; i++) {
      house.clock.advance(10)
      if (flow.sent.length > seen) found.push(house.clock.clock.nowMs() - start)
      seen = flow.sent.length
    }
    return found
  }
  return { ...house, flow, given, transaction, responses, failures, answer, statuses, figure, times }
}
