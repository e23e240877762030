import type { gatewayShapes } from './schemas.ts'

const counts = {
  sent: { day: 12, month: 240, total: 5180 },
  failed: { day: 0, month: 3, total: 21 },
  received: { day: 4, month: 61, total: 1200 },
  recipients: 97,
}
const card = {
  iccid: '8900000000000000018',
  imsi: '001010000000018',
  number: '+15550100201',
  operator: 'TEST NET',
}
const line = {
  id: 'box1/goipid1',
  device: 'box1',
  port: 'goipid1',
  kind: 'goip',
  state: 'registered',
  since: '2026-11-21T08:00:00.000Z',
  lastSeenAt: '2026-11-21T09:15:00.000Z',
  sendable: false,
  hindrance: 'at limit: 100 texts a day',
  busy: false,
  locked: false,
  failuresInRow: 0,
  ...card,
  imei: '350000000000018',
  signal: 22,
  limits: { sms_day: { used: 12, limit: -1 } },
  counts,
}
const call = {
  id: 'box1/goipid1.1795300011',
  line: line.id,
  direction: 'in',
  caller: '+15550100900',
  callee: '+15550100201',
  beganAt: '2026-11-21T09:15:00.000Z',
  endedAt: '2026-11-21T09:16:00.000Z',
  reason: 'Normal call clearing',
}

/** One of each shape, for the description. */
export const gatewayExamples: Record<keyof typeof gatewayShapes, object> = {
  Devices: {
    items: [
      {
        ...{ name: 'box1', kind: 'goip', lines: 8, registered: 7, lastSeenAt: '2026-11-21T09:15:00.000Z' },
        ...{ fields: {}, commands: ['get_gsm_state', 'svr_reboot_module'] },
      },
    ],
  },
  Lines: { items: [line], cursor: 'WyJib3gxL2dvaXBpZDEiXQ' },
  Line: line,
  Sims: { items: [{ card: `iccid:${card.iccid}`, ...card, line: line.id, locked: false, counts }] },
  UssdRequest: { code: '*100#' },
  Ussd: { text: 'Your balance is 12.50', open: false },
  CommandRequest: { name: 'set_gsm_num', values: ['+15550100201'] },
  Command: { text: '+15550100201 ok' },
  GatewayEvents: {
    items: [
      { line: line.id, name: 'STATE', at: '2026-11-21T09:15:00.000Z', fields: { gsm_remain_state: 'IDLE' } },
    ],
  },
  GatewayCalls: { items: [call] },
  Routes: {
    items: [
      {
        name: 'out by SIM',
        match: { kind: 'message', to: '^\\+', from: '*' },
        to: ['gateway:box1'],
        fallback: ['inbox'],
        strategy: 'round_robin',
        settings: {},
      },
    ],
  },
  GoipLineRequest: { id: 'goipid9', password: 'k9x2m4', number: '+15550100209', device: 'box1' },
  GoipLines: {
    items: [
      {
        ...{ id: 'goipid9', line: 'box1/goipid9', added: true, number: '+15550100209', device: 'box1' },
        ...{ status_ok: 0, status_refused: 404, wait_poll: 'silent', number_format: 'plus' },
        ...{ pin_address: true, ack_newline: false, direct_sms: false, call_events: true, module_off: 2 },
        trunk: '',
      },
    ],
  },
  Removed: { id: 'goipid9' },
  Trunks: {
    items: [
      {
        ...{ name: 'provider', calls: 3, mostCalls: 30, reachable: true, rests: false },
        registration: { registered: true },
      },
    ],
  },
  RouteTryRequest: { kind: 'message', from: '+49301234567', to: '+15550100900' },
  RouteTry: {
    accepted: true,
    why: 'route "out by SIM"',
    route: 'out by SIM',
    targets: [
      { target: 'gateway:box1/goipid1', usable: false, why: 'at limit: 100 texts a day' },
      { target: 'gateway:box1/goipid2', usable: true },
      { target: 'inbox', usable: true },
    ],
  },
}
