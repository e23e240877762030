import type { Clock } from '#lib/clock'
import type { Flow } from '#lib/wire'
import { checkRequest, checkResponse } from './check.ts'
import { parseCSeq } from './fields.ts'
import { stampSource } from './hops.ts'
import type { SipRequest, SipResponse } from './message.ts'
import { type ParseProblem, parseMessage } from './parse.ts'
import type { Port } from './port.ts'
import { createRate, type Refusals } from './refusals.ts'
import { topVia, type Via } from './via.ts'

export type ReceiverPorts = {
  clock: Clock
  port: Port
  refusals: Refusals
  badAnswersPerSecond: number
  onRequest(request: SipRequest, flow: Flow, via: Via): void
  onResponse(response: SipResponse, flow: Flow, branch: string, method: string): void
}

export type Receiver = {
  /** One whole message, or what claims to be one. */
  onMessage(flow: Flow, octets: Uint8Array): void
  figures(): { malformed: number; badAnswers: number }
}

/** From octets to a request or response that is worth a transaction, RFC 3261 §8.2, §18.1.2 and §18.2.1. */
export const createReceiver = (ports: ReceiverPorts): Receiver => {
  const { port, refusals, onRequest, onResponse } = ports
  const mayAnswer = createRate(ports.clock, ports.badAnswersPerSecond)
  const count = { malformed: 0, badAnswers: 0 }

  const onProblem = (flow: Flow, { request, status, reason }: ParseProblem): void => {
    count.malformed++
    if (request) answerBad(flow, request, status, reason)
  }

  /** An ACK is never answered, and neither is a request whose Via says nothing. */
  const answerBad = (flow: Flow, request: SipRequest, status: number, reason: string): void => {
    const via = topVia(request)
    if (!via || request.method === 'ACK' || !mayAnswer()) return
    count.badAnswers++
    stampSource(request, via, flow)
    refusals.refuse(request, flow, via, status, reason)
  }

  const takeRequest = (flow: Flow, request: SipRequest): void => {
    const problem = checkRequest(request)
    if (problem) return onProblem(flow, { ...problem, status: problem.status as 400, request })
    const via = topVia(request)
    if (!via) return void count.malformed++
    if (request.method !== 'ACK') stampSource(request, via, flow)
    onRequest(request, flow, via)
  }

  const takeResponse = (flow: Flow, response: SipResponse): void => {
    const branch = checkResponse(response) ? topVia(response)?.branch : undefined
    const cseq = parseCSeq(response.headers.get('CSeq') ?? '')
    if (branch === undefined || !cseq) count.malformed++
    else onResponse(response, flow, branch, cseq.method)
  }

  return {
    onMessage(flow, octets) {
      port.note(flow, octets)
      const parsed = parseMessage(octets)
      if (!parsed.ok) onProblem(flow, parsed.error)
      else if (parsed.value.kind === 'request') takeRequest(flow, parsed.value)
      else takeResponse(flow, parsed.value)
    },
    figures: () => ({ ...count }),
  }
}
