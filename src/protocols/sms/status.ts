/**
 * What a TP-Status means for its message, TS 23.040 §9.2.3.15. `forwarded`: delivered as far as the service centre can
 * tell. `trying`: not yet, another report comes. `failed`: permanent, or temporary and given up.
 */
export type StatusClass = 'delivered' | 'forwarded' | 'trying' | 'failed'

/** Values that are reserved count as the general one of their group does; those with the highest bit as `failed`. */
export const statusClass = (status: number): StatusClass => {
  if (status >= 0x40) return 'failed'
  if (status >= 0x20) return 'trying'
  return status === 0x01 ? 'forwarded' : 'delivered'
}

/** The statuses that this software gives. */
export const STATUS = {
  delivered: 0x00,
  forwarded: 0x01,
  stillTrying: 0x20,
  incompatibleDestination: 0x41,
  notObtainable: 0x43,
  noInterworking: 0x45,
  expired: 0x46,
  deletedBySender: 0x47,
  deletedByCentre: 0x48,
  unknownMessage: 0x49,
  gaveUp: 0x65,
} as const

const NAMES: ReadonlyMap<number, string> = new Map([
  [0x00, 'received by the recipient'],
  [0x01, 'forwarded, unconfirmed'],
  [0x02, 'replaced'],
  ...reasons(0x20, 'still trying'),
  [0x40, 'remote procedure error'],
  [0x41, 'incompatible destination'],
  [0x42, 'connection rejected'],
  [0x43, 'not obtainable'],
  [0x44, 'quality of service not available'],
  [0x45, 'no interworking available'],
  [0x46, 'validity period expired'],
  [0x47, 'deleted by the sender'],
  [0x48, 'deleted by the service centre'],
  [0x49, 'message does not exist'],
  ...reasons(0x60, 'given up'),
])

function reasons(from: number, what: string): [number, string][] {
  return [
    'congestion',
    'recipient busy',
    'no response',
    'service rejected',
    'quality of service not available',
    'error in the recipient',
  ].map((reason, offset) => [from + offset, `${what}: ${reason}`])
}

export const statusName = (status: number): string =>
  NAMES.get(status) ?? `status ${status.toString(16).padStart(2, '0')}`
