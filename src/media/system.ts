import { readFileSync } from 'node:fs'
import type { Log } from '#lib/log'
import type { LinkPorts } from './link.ts'

/** Of the descriptors that the system allows, so many are left to signalling, storage and logs. */
const SHARE = 0.8

/** How many sockets the process may open for media: a share of its limit, where the system tells it. */
export const maxSlots = (wanted: number): number => {
  try {
    const limit = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1]
    return Math.min(wanted, Math.floor(Number(limit ?? wanted) * SHARE))
  } catch {
    return wanted
  }
}

/** The system's own calls; undefined, with a line in the log, where they are not to be had or not wished. */
export const nativeCalls = async (wished: boolean | undefined, log: Log): Promise<LinkPorts['libc']> => {
  if (!(wished ?? process.env.TANDEM_NO_NATIVE !== '1')) return undefined
  try {
    const { addressOf, hasNativeLayout, loadLibc } = await import('./libc.ts')
    if (hasNativeLayout) return { calls: loadLibc(), addressOf }
    log.write('media', 'info', 'media uses node:dgram: no native calls for this system')
  } catch (error) {
    log.write('media', 'warn', `media uses node:dgram: ${error instanceof Error ? error.message : error}`)
  }
  return undefined
}
