import type { Device, GatewayCall, GatewayDriver, GatewayEvent, KnownCard, Line, MessageVia } from '#core'
import type { DeviceView, GatewayCallView, GatewayEventView, LineView, SimView } from './contract.ts'

const iso = (ms: number): string => new Date(ms).toISOString()

export const deviceViewOf = (device: Device, driver: GatewayDriver | undefined): DeviceView => {
  const { name, kind, lines, registered, seenAtMs, fields } = device
  return {
    ...{ name, kind, lines, registered, lastSeenAt: iso(seenAtMs), fields },
    commands: [...(driver?.commands ?? [])],
  }
}

export const lineViewOf = (line: Line): LineView => {
  const { id, device, line: port, kind, state, detail, sim = {}, hindrance, busy, counts } = line
  const why = hindrance ?? line.restriction
  const { iccid, imsi, number, operator, plmn, balance } = sim
  const { signal, imei, limits, fields } = line
  return {
    ...{ id, device, port, kind, state },
    ...(detail !== undefined && { detail }),
    ...{ since: iso(line.sinceMs), lastSeenAt: iso(line.seenAtMs), sendable: hindrance === undefined },
    ...(why !== undefined && { hindrance: why }),
    ...{ busy, locked: line.lockedHere, failuresInRow: line.failuresInRow },
    ...(iccid !== undefined && { iccid }),
    ...(imsi !== undefined && { imsi }),
    ...(number !== undefined && { number }),
    ...(operator !== undefined && { operator }),
    ...(plmn !== undefined && { plmn }),
    ...(imei !== undefined && { imei }),
    // 99 is the modem's word for "not known".
    ...(signal !== undefined && signal <= 31 && { signal }),
    ...(balance !== undefined && { balance }),
    ...(limits && { limits }),
    counts,
    ...(fields && { fields }),
  }
}

const IDENTITIES = ['iccid', 'imsi', 'number'] as const

/** `line`: where the card is now. */
export const simViewOf = ({ key, locked, counts }: KnownCard, line: Line | undefined): SimView => {
  const [, kind, value] = /^(\w+):(.*)$/s.exec(key) ?? []
  const own = IDENTITIES.find((one) => one === kind)
  const { iccid, imsi, number, operator } = line?.sim ?? {}
  return {
    card: key,
    ...(own && { [own]: value }),
    ...(iccid !== undefined && { iccid }),
    ...(imsi !== undefined && { imsi }),
    ...(number !== undefined && { number }),
    ...(operator !== undefined && { operator }),
    ...(line && { line: line.id }),
    ...{ locked, counts },
  }
}

/** The card that a text came by, or left by. */
export const viaViewOf = (via: MessageVia): MessageVia & { port: string } => {
  const { line, iccid, imsi, number, operator } = via
  return {
    ...{ line, port: line.slice(line.indexOf('/') + 1) },
    ...(iccid !== undefined && { iccid }),
    ...(imsi !== undefined && { imsi }),
    ...(number !== undefined && { number }),
    ...(operator !== undefined && { operator }),
  }
}

export const gatewayEventViewOf = ({ line, name, atMs, fields }: GatewayEvent): GatewayEventView => ({
  ...{ line, name, at: iso(atMs), fields },
})

export const gatewayCallViewOf = (call: GatewayCall): GatewayCallView => {
  const { key, line, outgoing, caller, callee, callId, beginMs, answerMs, endMs, reason } = call
  return {
    ...{ id: key, line, direction: outgoing ? 'out' : 'in', caller, callee },
    ...(callId !== undefined && { callId }),
    ...(beginMs !== undefined && { beganAt: iso(beginMs) }),
    ...(answerMs !== undefined && { answeredAt: iso(answerMs) }),
    ...(endMs !== undefined && { endedAt: iso(endMs) }),
    reason,
  }
}

/** `wanted`, in lower case, is part of what names the line or its card. */
export const isMeant = ({ id, imei, sim = {} }: Line, wanted: string): boolean => {
  const { iccid, imsi, number, operator } = sim
  return [id, iccid, imsi, number, operator, imei].some((name) => name?.toLowerCase().includes(wanted))
}
