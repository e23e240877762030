import type { Clock } from '#lib/clock'
import type { Flow } from '#lib/wire'
import { checkRequest, checkResponse } from '../grammar/check.ts'
import { parseCSeq } from '../grammar/fields.ts'
import type { SipMessage, SipRequest, SipResponse } from '../grammar/message.ts'
import { type ParseProblem, parseMessage } from '../grammar/parse.ts'
import type { FramerProblem } from '../grammar/stream.ts'
import { damagedVia, topVia, type Via } from '../grammar/via.ts'
import { stampSource } from '../transport/hops.ts'
import type { Port } from '../transport/port.ts'
import { createRate, type Refusals } from '../transport/refusals.ts'

export type ReceiverPorts = {
  clock: Clock
  port: Port
  refusals: Refusals
  badAnswersPerSecond: number
  /** Sees every message that is well formed, repetitions too. */
  seen?: ((message: SipMessage) => void) | undefined
  /** `octets`: size of the whole datagram, all of which the request's texts keep alive. */
  onRequest(request: SipRequest, flow: Flow, hop: Via, octets: number): void
  onResponse(response: SipResponse, flow: Flow, branch: string, method: string): void
}

export type Receiver = {
  /** One whole message, or what claims to be one. */
  onMessage(flow: Flow, octets: Uint8Array): void
  /** The head of a message whose end in its stream cannot be told. */
  onGarbage(flow: Flow, problem: FramerProblem, head: Uint8Array): void
  figures(): { malformed: number; badAnswers: number }
}

const garbage: Record<FramerProblem, string> = {
  'not-sip': 'Not SIP',
  'header-too-large': 'Header Too Large',
  'message-too-large': 'Message Too Large',
  'no-content-length': 'Missing Content-Length',
  'bad-content-length': 'Bad Content-Length',
}

/** The Via of an answer to us is our own, as we wrote it: its branch is found without reading the rest. */
const branchOf = (response: SipResponse): string | undefined => {
  const via = response.headers.get('Via') ?? ''
  const at = via.indexOf(';branch=z9hG4bK') + 8
  if (at < 8) return topVia(response)?.branch
  const end = via.indexOf(';', at)
  return end < 0 ? via.substring(at) : via.substring(at, end)
}

/** A stray CR, which the parser refuses, must not travel back in an answer either. */
const hasReturn = (value: string): boolean => value.includes('\r')

/** From octets to a request or response that is worth a transaction, RFC 3261 §8.2, §18.1.2 and §18.2.1. */
export const createReceiver = (ports: ReceiverPorts): Receiver => {
  const { port, refusals, seen, onRequest, onResponse } = ports
  const mayAnswer = createRate(ports.clock, ports.badAnswersPerSecond)
  const count = { malformed: 0, badAnswers: 0 }

  /** An ACK is never answered, and neither is a request whose Via does not even name a host. */
  const complain = (flow: Flow, request: SipRequest, status: number, reason: string): void => {
    count.malformed++
    const whole = topVia(request)
    const hop = whole ?? damagedVia(request)
    if (!hop || request.method === 'ACK' || request.headers.values.some(hasReturn) || !mayAnswer()) return
    count.badAnswers++
    if (whole) stampSource(request, hop, flow)
    refusals.refuse(request, flow, hop, status, reason)
  }

  const onProblem = (flow: Flow, { request, status, reason }: ParseProblem): void => {
    if (request) complain(flow, request, status, reason)
    else count.malformed++
  }

  const takeRequest = (flow: Flow, request: SipRequest, octets: number): void => {
    const problem = checkRequest(request)
    if (problem) return complain(flow, request, problem.status, problem.reason)
    const hop = topVia(request)
    if (!hop) return void count.malformed++
    if (request.method !== 'ACK') stampSource(request, hop, flow)
    seen?.(request)
    onRequest(request, flow, hop, octets)
  }

  const takeResponse = (flow: Flow, response: SipResponse): void => {
    const branch = checkResponse(response) ? branchOf(response) : undefined
    const cseq = parseCSeq(response.headers.get('CSeq') ?? '')
    if (!branch || !cseq) count.malformed++
    else {
      seen?.(response)
      onResponse(response, flow, branch, cseq.method)
    }
  }

  return {
    onMessage(flow, octets) {
      port.note(flow, octets)
      const parsed = parseMessage(octets)
      if (!parsed.ok) onProblem(flow, parsed.error)
      else if (parsed.value.kind === 'request') takeRequest(flow, parsed.value, octets.length)
      else takeResponse(flow, parsed.value)
    },
    onGarbage(flow, problem, head) {
      port.note(flow, head)
      const parsed = parseMessage(head)
      const request = parsed.ok ? parsed.value : parsed.error.request
      const status = problem === 'message-too-large' ? 413 : 400
      if (request?.kind === 'request') complain(flow, request, status, garbage[problem])
      else count.malformed++
    },
    figures: () => ({ ...count }),
  }
}
