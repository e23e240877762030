import type { Log } from '#lib/log'
import type { LinkPorts } from './link.ts'

/** Of the descriptors that the system allows, so many are left to signalling, storage and logs. */
const SHARE = 0.8

/** How many sockets the process may open for media: a share of its limit, where the system can be asked. */
export const maxSlots = (libc: LinkPorts['libc'], wanted: number): number =>
  libc ? Math.min(wanted, Math.floor(libc.openLimit() * SHARE)) : wanted

/** The system's own calls; undefined, with a line in the log, where they are not to be had or not wished. */
export const nativeCalls = async (wished: boolean | undefined, log: Log): Promise<LinkPorts['libc']> => {
  if (!(wished ?? process.env.TANDEM_NO_NATIVE !== '1')) return undefined
  try {
    const { addressOf, hasNativeLayout, loadLibc, openLimit } = await import('./libc.ts')
    if (hasNativeLayout) {
      const calls = loadLibc()
      return { calls, addressOf, openLimit: () => openLimit(calls) }
    }
    log.write('media', 'info', 'media uses node:dgram: no native calls for this system')
  } catch (error) {
    log.write('media', 'warn', `media uses node:dgram: ${error instanceof Error ? error.message : error}`)
  }
  return undefined
}
