import type { PortStatus } from '#ejoin-wire'
import { sameSecret } from '#lib/secret'
import type { DeviceSettings } from './ports.ts'

/** A port with the cards that were seen in its slots. */
export type PortMemory = {
  /** By slot, as the device prints it: `1.02`. */
  cards: Map<string, PortStatus>
  /** The slot in use. */
  current: string | undefined
  /** Last number of its reports. */
  seq: number | undefined
}

/** A device with what is known of it now. */
export type EjoinDevice = {
  settings: DeviceSettings
  name: string
  /** Twelve digits, of the configuration or of its first report. */
  mac: string | undefined
  /** Where its last post came from. */
  address: string | undefined
  /** Last dev-status, and how long until the next. */
  statusMs: number
  expiresMs: number
  online: boolean
  seq: number | undefined
  slots: number
  ports: Map<number, PortMemory>
  /** Delivery reports that were taken already and must not count twice. */
  seen: Set<string>
  /** When the last alarm of missing reports was written down. */
  alarmedMs: number
  /** Posts that wait for the disk. */
  waiting: number
  /** What a report says was missed, and why: looked after soon. */
  wish: (why: string) => void
}

const MOST_SEEN = 5000
const DEFAULT_EXPIRES_MS = 180_000

/** Digits alone, lower case; undefined for what is none. */
export const macOf = (text: string): string | undefined => {
  const digits = text.replace(/[^0-9a-f]/gi, '').toLowerCase()
  return digits.length === 12 ? digits : undefined
}

const LONGEST_SECRET = 1024

export const createDevices = (list: DeviceSettings[], nowMs: number) => {
  const devices = list.map(
    (settings): EjoinDevice => ({
      ...{ settings, name: settings.name, mac: macOf(settings.mac), address: undefined },
      ...{ statusMs: nowMs, expiresMs: DEFAULT_EXPIRES_MS, online: false, seq: undefined, slots: 1 },
      ...{ ports: new Map(), seen: new Set(), waiting: 0, wish: () => {} },
      alarmedMs: Number.NEGATIVE_INFINITY,
    }),
  )
  const byName = new Map(devices.map((device) => [device.name, device]))
  return {
    all: (): readonly EjoinDevice[] => devices,
    byName: (name: string): EjoinDevice | undefined => byName.get(name),
    /** Looks at every device, whichever it is. */
    bySecret(secret: string): EjoinDevice | undefined {
      if (secret === '' || secret.length > LONGEST_SECRET) return undefined
      let found: EjoinDevice | undefined
      for (const device of devices) if (sameSecret(secret, device.settings.secret)) found = device
      return found
    },
  }
}
export type EjoinDevices = ReturnType<typeof createDevices>

/**
 * A status brings a device back that was off line. What a port says by itself does not keep it there: it is to give signs
 * of life.
 */
export const revive = (device: EjoinDevice, nowMs: number): void => {
  if (device.online) return
  device.online = true
  device.statusMs = nowMs
  device.wish('the device is back')
}

/** A report that comes so much behind others was overtaken; one that is farther behind is of a device that counts anew. */
const MOST_OVERTAKEN = 8

/** Reports of a port up to this number were seen, or are on their way. */
export const noteSeq = ({ ports }: EjoinDevice, port: number, seq: number | undefined): void => {
  const memory = ports.get(port)
  if (!memory || seq === undefined) return
  const { seq: last = seq } = memory
  if (seq >= last || last - seq > MOST_OVERTAKEN) memory.seq = seq
}

const ALARM_EVERY_MS = 60_000

/** Whether an alarm of missing reports is due: a device gone mad must not fill the disk with them. */
export const isAlarmDue = (device: EjoinDevice, nowMs: number): boolean => {
  if (nowMs - device.alarmedMs < ALARM_EVERY_MS) return false
  device.alarmedMs = nowMs
  return true
}

/** False when the key was noted before. */
export const isFirst = ({ seen }: EjoinDevice, key: string): boolean => {
  if (seen.has(key)) return false
  seen.add(key)
  if (seen.size > MOST_SEEN) seen.delete(seen.values().next().value as string)
  return true
}
