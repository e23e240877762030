import type { Fleet, GatewayInbox } from '#core'
import type { DeviceStatus } from '#ejoin-wire'
import type { Clock } from '#lib/clock'
import { type EjoinDevice, isAlarmDue, macOf, revive } from './devices.ts'
import { clip } from './sightings.ts'

type Tell = (line: string, name: string, fields: Record<string, string>) => ReturnType<GatewayInbox['event']>
type StatusPorts = {
  fleet: Pick<Fleet, 'describe'>
  clock: Clock
  tell: (...event: Parameters<Tell>) => ReturnType<GatewayInbox['event']> | ReturnType<GatewayInbox['text']>
}

/** An hour: whatever a device asks for, it is missed in the same day. */
const MOST_EXPIRES_MS = 6 * 3_600_000
const MOST_SLOTS = 64

/** A sign of life, 4.2: liveness, what the device says of itself, and whether reports are missing in between. */
export const onStatus = (
  { fleet, clock, tell }: StatusPorts,
  device: EjoinDevice,
  status: DeviceStatus,
): ReturnType<StatusPorts['tell']>[] => {
  const { seq, expiresMs, version, ip, maxPorts, maxSlots } = status
  const before = device.seq
  revive(device, clock.nowMs())
  device.statusMs = clock.nowMs()
  device.expiresMs = Math.min(expiresMs, MOST_EXPIRES_MS)
  device.mac ??= macOf(status.mac)
  device.slots = Math.min(Math.max(1, Math.trunc(maxSlots ?? device.slots)), MOST_SLOTS)
  if (seq !== undefined) device.seq = seq
  fleet.describe(device.name, 'ejoin', {
    ...{ mac: device.mac ?? '', version: clip(version), ip: clip(ip), address: device.address ?? '' },
    ...{ ports: String(maxPorts ?? device.ports.size), slots: String(device.slots) },
    ...{
      expires: `${device.expiresMs / 1000} s`,
      api: device.settings.url === '' ? 'none' : device.settings.api,
    },
  })
  if (before === undefined || seq === undefined || seq === before + 1 || seq === before) return []
  const fields = { expected: String(before + 1), seq: String(seq) }
  device.wish(seq > before ? 'a report of the device is missing' : 'the device has restarted')
  if (!isAlarmDue(device, clock.nowMs())) return []
  return [tell(device.name, seq > before ? 'reports-missing' : 'restarted', fields)]
}
