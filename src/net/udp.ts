import type { Result } from '#lib/result'
import type { Inbox } from './inbox.ts'
import { loadLibc } from './libc.ts'
import { openBatchUdp } from './udp-batch.ts'
import type { OpenUdp, UdpBinding } from './udp-binding.ts'
import { openPlainUdp } from './udp-plain.ts'

/** Opens one UDP socket, batched where this machine can. An error is the system's code. */
export const openUdp = async (
  binding: UdpBinding,
  inbox: Inbox,
  native: boolean,
): Promise<Result<OpenUdp, string>> => {
  const libc = native ? await loadLibc() : undefined
  return libc ? openBatchUdp(libc, binding, inbox) : openPlainUdp(binding, inbox)
}
