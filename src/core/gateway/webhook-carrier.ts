import type { LiveSettings } from '../live-settings.ts'
import type { Carrier, Outcome } from '../messages/contract.ts'
import type { MessageRecord } from '../messages/record.ts'
import type { RoutePlan } from '../routes/table.ts'

/** Posts JSON to an application; `ok`: it answered 2xx. Never rejects. */
export type PostJson = (
  url: string,
  id: string,
  body: string,
) => Promise<{ ok: true } | { ok: false; detail: string }>

type WebhookPorts = { post: PostJson; live: Pick<LiveSettings, 'smsRetryDelayS'> }

const MOST_IN_HAND = 16

const bodyOf = (m: MessageRecord): string =>
  JSON.stringify({
    ...{ id: m.id, from: m.from, to: m.to },
    ...(m.body.kind === 'text' && { text: m.body.text }),
    ...(m.body.kind === 'data' && { data: m.body.octets, dcs: m.body.dcs }),
    acceptedAt: new Date(m.acceptedAtMs).toISOString(),
    ...(m.via && { via: { ...m.via, port: m.via.line.slice(m.via.line.indexOf('/') + 1) } }),
    ...(m.tag !== undefined && { tag: m.tag }),
  })

/** An application as the recipient of texts: it has one when it answers so. A repeat has the same id. */
export const createWebhookCarrier = (
  plan: RoutePlan,
  url: string,
  isLast: boolean,
  { post, live }: WebhookPorts,
): Carrier => {
  const route = `webhook:${new URL(url).host}`
  return {
    group: { most: MOST_IN_HAND, recipientOf: ({ to }) => to },
    async deliver(m): Promise<Outcome> {
      const posted = await post(url, m.id, bodyOf(m))
      if (posted.ok) return { kind: 'delivered', route }
      const why = { reason: posted.detail, route }
      if (!isLast && m.attempts + 1 >= plan.attempts) return { kind: 'onward', ...why }
      return { kind: 'retry', ...why, afterS: live.smsRetryDelayS }
    },
  }
}
