import type { Layer, Level } from '#lib/log'
import { ok } from '#lib/result'
import type { Input, Message } from './message.ts'
import type { RemoteHouse, RemoteLogItem } from './ports.ts'
import { ueNumbers } from './who.ts'

/** Layers may be written in capitals, as log files show them. */
export const plainLayers = (layers: unknown): unknown =>
  typeof layers === 'object' && layers !== null && !Array.isArray(layers)
    ? Object.fromEntries(Object.entries(layers).map(([name, value]) => [name.toLowerCase(), value]))
    : layers

/** Seconds since the start, or since midnight, as the log file has it. */
const timestampOf = ({ settings, startedAtMs }: RemoteHouse['log'], wallMs: number): number => {
  if (settings.time === 'sec') return (wallMs - startedAtMs) / 1000
  return (wallMs - new Date(wallMs).setHours(0, 0, 0, 0)) / 1000
}

export const logMessages = (
  house: Pick<RemoteHouse, 'log' | 'name' | 'subscribers'>,
  resetAll: () => void,
): Message[] => {
  const { log, name } = house
  const numberOf = ueNumbers(house.subscribers)

  const itemOf = ({ data, wallMs, layer, level, dir, user, idx }: RemoteLogItem) => {
    const ueId = user === undefined ? undefined : numberOf(user)
    return {
      data,
      timestamp: timestampOf(log, wallMs),
      layer,
      level,
      ...(dir && { dir }),
      ...(ueId !== undefined && { ue_id: ueId }),
      ...(user !== undefined && { user }),
      src: name,
      idx,
    }
  }
  const wishOf = ({ min = 1, max = 4096, timeout = 1, rnti, ue_id, layers }: Input) => ({
    max: max as number,
    min: Math.min(min as number, max as number),
    timeoutS: timeout as number,
    ...(layers !== undefined && { layers: layers as Partial<Record<Layer, Level>> }),
    // Lines of a radio are no business of this server: none bears an RNTI.
    wanted: ({ user }: RemoteLogItem) =>
      rnti === undefined && (ue_id === undefined || (user !== undefined && numberOf(user) === ue_id)),
  })

  return [
    {
      name: 'log_get',
      order: 'apart',
      prepare: (input) =>
        input.layers === undefined ? input : { ...input, layers: plainLayers(input.layers) },
      run: async (input, client) => {
        const { items, lost } = await client.logs.read(wishOf(input))
        return ok({ logs: items.map(itemOf), ...(lost > 0 && { discontinuity: lost }) })
      },
    },
    {
      name: 'log_reset',
      run: () => {
        log.reset()
        resetAll()
        return ok({})
      },
    },
  ]
}
