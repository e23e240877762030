import { gatewayExamples } from './gateways/examples.ts'
import type { ShapeName } from './schemas.ts'

const binding = {
  contact: 'sip:1001@192.0.2.7:5060',
  expiresInS: 3540,
  q: 1,
  source: '192.0.2.7:5060',
  transport: 'udp',
  userAgent: 'Phone 1.0',
}
const user = {
  impi: '1001@home.example',
  impus: ['sip:1001@home.example', 'tel:+49301234567'],
  number: '+49301234567',
  registered: true,
  bindings: [binding],
  calls: 0,
}
const call = {
  id: 'h3k9x2m5q8w1z4y7',
  state: 'ended',
  caller: 'sip:1001@home.example',
  callee: 'sip:1002@home.example',
  dialled: '1002',
  kind: 'call',
  video: false,
  startedAt: '2026-11-21T09:15:00.000Z',
  answeredAt: '2026-11-21T09:15:04.000Z',
  endedAt: '2026-11-21T09:16:04.500Z',
  talkS: 60.5,
  cause: 'caller',
  callIds: ['a84b4c76e66710@192.0.2.7'],
}
const message = {
  id: '0mi8z4k1x0001',
  state: 'delivered',
  origin: 'rest',
  from: 'Clinic',
  to: '+49301234567',
  recipient: '1001@home.example',
  kind: 'text',
  text: 'Your appointment is at nine.',
  acceptedAt: '2026-11-21T09:15:00.000Z',
  expiresAt: '2026-11-24T09:15:00.000Z',
  route: 'ims',
  attempts: 0,
  parts: 1,
  partsDone: 1,
  incomplete: false,
  tag: 'reminder-17',
}
const timeline = [
  { at: '2026-11-21T09:15:00.000Z', state: 'queued' },
  { at: '2026-11-21T09:15:00.012Z', state: 'submitting', route: 'ims' },
  { at: '2026-11-21T09:15:00.740Z', state: 'delivered', route: 'ims' },
]
const webhook = {
  id: 'crm',
  url: 'https://crm.example/tandem',
  events: ['message.*'],
  state: 'failing',
  waiting: 12,
  retrying: 5,
  delivered: 1840,
  givenUp: 0,
  lastDeliveryAt: '2026-11-21T09:15:01.000Z',
  lastFailure: {
    at: '2026-11-21T09:20:00.000Z',
    event: '0mi8z4k1x0001.1795252800740.delivered',
    status: 500,
    detail: 'answered 500',
  },
  nextAttemptAt: '2026-11-21T09:22:00.000Z',
}

/** One of each shape, for the description; a test holds them against the shapes. */
export const examples: Record<ShapeName, object> = {
  Health: { status: 'ok', version: '0.1.0', uptimeS: 86_400 },
  Users: { items: [user] },
  Calls: { items: [call], cursor: 'WyJlbmRlZCIsIjEiLCJ4Il0' },
  Login: { user: 'admin', csrfToken: 'q7w2e9r4t1y6u3i8', expiresInS: 43_200 },
  LoginRequest: { password: 'the password' },
  PasswordRequest: { old: 'the old password', new: 'a longer new password' },
  MessageRequest: {
    from: 'Clinic',
    to: '+49301234567',
    text: 'Your appointment is at nine.',
    tag: 'reminder-17',
  },
  Accepted: { id: message.id, repeated: false },
  Messages: { items: [message] },
  Message: { ...message, timeline },
  Webhook: webhook,
  Webhooks: { items: [webhook] },
  ReplayRequest: { since: '2026-11-21T08:00:00.000Z' },
  Replayed: { events: 24 },
  ...gatewayExamples,
  Problem: {
    type: 'about:blank',
    title: 'Cannot be done',
    status: 422,
    detail: 'to: nobody here has this number or name',
    errors: [{ field: 'to', detail: 'nobody here has this number or name' }],
  },
}
