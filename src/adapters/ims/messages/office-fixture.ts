import type { MessageRecord, Outcome } from '#core'
import { decodeRp, decodeTpdu } from '#sms'
import { namedBy } from './attempt.ts'
import { createSubscriberCarrier } from './carrier.ts'
import { aBinding, aPost, aRecord, aSubscriber, type Sent } from './fixture.ts'

export const bob = aSubscriber('bob', { msisdn: '+15550101' })

/** A carrier, and contacts of Bob's with these features. */
export const anOffice = (...features: string[]) => {
  const post = aPost([bob, aSubscriber('alice')])
  features.forEach((each, at) => {
    post.bindings.push(
      aBinding(bob, { features: each, contact: `sip:bob@192.0.2.${10 + at}`, address: `192.0.2.${10 + at}` }),
    )
  })
  const totals: number[] = []
  const confirmed: [parts: number, route: string][] = []
  const deliver = (more: Partial<MessageRecord> = {}) => {
    let outcome: Outcome | undefined
    const progress = {
      total: (parts: number) => void totals.push(parts),
      partDone: async (parts: number, route: string) => void confirmed.push([parts, route]),
    }
    void createSubscriberCarrier(post.ports)
      .deliver(aRecord(more), progress)
      .then((end) => {
        outcome = end
      })
    return { outcome: () => outcome }
  }
  const last = (): Sent => {
    const sent = post.sent.at(-1)
    if (!sent) throw new Error('nothing was sent')
    return sent
  }
  /** The handset says its word in the way of RP. */
  const report = (kind: 'ack' | { cause: number; failure?: number }) => {
    const settles: string[] = []
    const named = namedBy(last().request.headers.get('Call-ID') ?? '')
    const verdict = kind === 'ack' ? ({ kind } as const) : ({ kind: 'error', ...kind } as const)
    const taken = post.ports.deliveries.take({
      ...{ impi: bob.impi, named, reference: -1, verdict },
      settle: () => void settles.push('settled'),
    })
    return { taken, settles }
  }
  return { ...post, deliver, last, report, totals, confirmed }
}

export const tpduIn = ({ request }: Sent) => {
  const rp = decodeRp(request.body)
  if (!(rp.ok && rp.value.kind === 'data')) throw new Error('not what the fixture is for')
  const tpdu = decodeTpdu(rp.value.tpdu, 'mt')
  if (!tpdu.ok) throw new Error('not what the fixture is for')
  return { rp: rp.value, tpdu: tpdu.value }
}
