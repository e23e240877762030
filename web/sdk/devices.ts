import { type Cell, createCell, createEmitter, type Emitter } from './emitter.ts'
import { captureTrouble, TroubleError, troubleOf } from './troubles.ts'
import type { World } from './world.ts'

export type DeviceKind = 'microphone' | 'speaker' | 'camera'
export type Device = { id: string; name: string }
export type DeviceList = Record<DeviceKind, Device[]>
export type Choice = Partial<Record<DeviceKind, string>>

export type Devices = {
  list: Cell<DeviceList>
  choice: Cell<Choice>
  choose(kind: DeviceKind, id: string | undefined): void
  /** Another device speaks from now on: calls take a new track. */
  changed: Emitter<DeviceKind>
  /** Looks again: `devicechange` is not reliable everywhere. */
  look(): Promise<void>
  /** Throws a TroubleError in plain words. */
  microphone(): Promise<MediaStreamTrack>
  camera(): Promise<MediaStreamTrack>
  close(): void
}

const KINDS: Record<MediaDeviceKind, DeviceKind> = {
  audioinput: 'microphone',
  audiooutput: 'speaker',
  videoinput: 'camera',
}
const EMPTY: DeviceList = { microphone: [], speaker: [], camera: [] }

const sorted = (found: readonly MediaDeviceInfo[]): DeviceList => {
  const list: DeviceList = { microphone: [], speaker: [], camera: [] }
  // Without permission browsers show devices without a name or id: such a list offers no choice.
  for (const { kind, deviceId, label } of found)
    if (deviceId && label) list[KINDS[kind]].push({ id: deviceId, name: label })
  return list
}

export type DevicePorts = {
  world: World
  choice?: Choice
  video?: { width: number; height: number }
}

export const createDevices = ({ world, choice: first = {}, video }: DevicePorts): Devices => {
  const list = createCell<DeviceList>(EMPTY)
  const choice = createCell<Choice>(first)
  const changed = createEmitter<DeviceKind>()
  const source = world.devices

  const look = async (): Promise<void> => {
    if (!source) return
    const before = list.get()
    const now = sorted(await source.enumerateDevices().catch(() => []))
    if (JSON.stringify(now) === JSON.stringify(before)) return
    list.set(now)
    for (const kind of ['microphone', 'camera', 'speaker'] as const) {
      const chosen = choice.get()[kind]
      const was = chosen && before[kind].some(({ id }) => id === chosen)
      const is = chosen && now[kind].some(({ id }) => id === chosen)
      // A chosen headset came or went: calls move to it, or to what is there.
      if (was !== is && before[kind].length > 0) changed.emit(kind)
    }
  }

  const capture = async (kind: 'microphone' | 'camera', wanted: MediaTrackConstraints) => {
    if (!source) throw new TroubleError(troubleOf('insecure-page'))
    const name = kind === 'microphone' ? 'audio' : 'video'
    const id = choice.get()[kind]
    const ask = (more: MediaTrackConstraints) => source.getUserMedia({ [name]: { ...wanted, ...more } })
    try {
      const stream = await (id
        ? ask({ deviceId: { exact: id } }).catch((error: unknown) => {
            // The chosen one is not plugged in now: any is better than none.
            const gone = error instanceof Error || error instanceof DOMException ? error.name : ''
            if (gone !== 'OverconstrainedError' && gone !== 'NotFoundError') throw error
            return ask({})
          })
        : ask({}))
      const track = stream.getTracks()[0]
      if (!track) throw new DOMException('no track', 'NotFoundError')
      // With permission the devices have names.
      if (list.get()[kind].length === 0) void look()
      return track
    } catch (error) {
      throw new TroubleError(captureTrouble(kind, error))
    }
  }

  const onChange = () => void look()
  source?.addEventListener?.('devicechange', onChange)
  const unseen = world.onSeen(onChange)

  return {
    list,
    choice,
    changed,
    choose: (kind, id) => {
      const { [kind]: _, ...others } = choice.get()
      choice.set(id === undefined ? others : { ...others, [kind]: id })
      changed.emit(kind)
    },
    look,
    microphone: () =>
      capture('microphone', { echoCancellation: true, noiseSuppression: true, autoGainControl: true }),
    camera: () =>
      capture('camera', video ? { width: { ideal: video.width }, height: { ideal: video.height } } : {}),
    close: () => {
      source?.removeEventListener?.('devicechange', onChange)
      unseen()
    },
  }
}
