import type { Flow } from '#lib/wire'
import type { ClientEvents } from '../contract.ts'
import { reasonPhrase } from '../grammar/fields.ts'
import { createResponse, type SipRequest, type SipResponse } from '../grammar/message.ts'
import type { Dialog } from './dialog.ts'
import type { Invitation } from './invitation.ts'
import type { LegEnd, SessionPorts } from './session-ports.ts'

type Asker = {
  authorise: Invitation['authorise']
  dialog: Dialog
  flow: Flow
  readonly confirmed: boolean
  fail(end: LegEnd): void
}

/** A peer that takes no proof is asked no third time. */
const MOST_PROOFS = 2

/**
 * Sends a request inside the dialogue; resolves with its final response (408 and 503 made up on failure). A 2xx to an
 * INVITE, and each repetition of it, goes to `acknowledge`.
 */
export const ask = (
  session: Asker,
  ports: Pick<SessionPorts, 'flowFor' | 'request'>,
  request: SipRequest,
  acknowledge: (response: SipResponse) => void,
): Promise<SipResponse> => {
  const flow = ports.flowFor(session.dialog, session.flow)
  return new Promise((done) => {
    const finish = (response: SipResponse): void => {
      judge(session, request, response)
      done(response)
    }
    let proofs = 0
    const events: ClientEvents = {
      onResponse: (response) => {
        if (response.status < 200) return
        const isChallenge = response.status === 401 || response.status === 407
        if (isChallenge && ++proofs <= MOST_PROOFS && prove(session, request, response))
          return void ports.request(request, flow, events)
        if (request.method === 'INVITE' && response.status < 300) acknowledge(response)
        finish(response)
      },
      onFailure: (why) => {
        const status = why === 'timeout' ? 408 : 503
        finish(createResponse(request, status, reasonPhrase(status)))
      },
    }
    ports.request(request, flow, events)
  })
}

/** Makes the request the next one of the dialogue, with proof of who we are; false when we have none. */
const prove = ({ dialog, authorise }: Asker, request: SipRequest, response: SipResponse): boolean => {
  const proof = authorise?.(request, response)
  if (!proof) return false
  for (const [name, value] of proof) request.headers.set(name, value)
  request.headers.set('CSeq', `${++dialog.localSeq} ${request.method}`)
  return true
}

/** These two end the dialogue itself, §12.2.1.2. */
const judge = (session: Asker, { method }: SipRequest, { status, reason }: SipResponse): void => {
  if (!session.confirmed || method === 'BYE' || (status !== 481 && status !== 408)) return
  session.fail({ by: 'failure', status, reason })
}
