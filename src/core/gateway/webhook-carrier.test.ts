import assert from 'node:assert/strict'
import { test } from 'node:test'
import { liveSettings } from '../../../test/support/live-settings.ts'
import type { MessageRecord } from '../messages/record.ts'
import type { RoutePlan } from '../routes/table.ts'
import { createWebhookCarrier } from './webhook-carrier.ts'

test('an application hears by which line, port and card a text came', async () => {
  const posted: unknown[] = []
  const post = async (_url: string, _id: string, body: string) => {
    posted.push(JSON.parse(body).via)
    return { ok: true as const }
  }
  const carrier = createWebhookCarrier({} as RoutePlan, 'https://app.example/', true, {
    ...{ post, live: liveSettings() },
  })
  const via = { line: 'box1/a/1', iccid: '8901', imsi: '00101', number: '+1555' }
  const message = { id: 'm', from: '+1', to: '+2', body: { kind: 'text', text: 'x' }, acceptedAtMs: 0, via }
  await carrier.deliver(message as unknown as MessageRecord, undefined as never)
  assert.deepEqual(posted, [{ ...via, port: 'a/1' }])
})
