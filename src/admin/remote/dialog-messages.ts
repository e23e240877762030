import type { Dialog, MediumStats } from '#core'
import { err, ok } from '#lib/result'
import type { Message } from './message.ts'
import type { RemoteHouse } from './ports.ts'

type DialogHouse = Pick<RemoteHouse, 'dialogs' | 'calls' | 'mtCall' | 'timers' | 'log'>

const mediumOf = (medium: MediumStats) => ({
  type: medium.type,
  // Without an Rx interface to a PCRF there is no dedicated bearer: the manual's IETF mode.
  qos: 'disabled',
  dir: medium.dir,
  rtp_addr: medium.rtpAddr,
  rtp_recv_count: medium.rtpRecv,
  rtp_send_count: medium.rtpSend,
  rtcp_addr: medium.rtcpAddr,
  rtcp_recv_count: medium.rtcpRecv,
  rtcp_send_count: medium.rtcpSend,
})

const seconds = (ms: number): number => Math.max(0, Math.round(ms)) / 1000

/** One dialog in the manual's form, 6.5 dialog_get. */
const dialogOf = async (dialog: Dialog, wallMs: number) => {
  const { createdAtMs, startedAtMs, endedAtMs } = dialog
  return {
    session_id: dialog.id,
    state: dialog.state,
    type: dialog.type,
    to: dialog.to,
    from: dialog.from,
    ...(dialog.mtDialog !== undefined && { mt_dialog: dialog.mtDialog }),
    ...(dialog.moDialog !== undefined && { mo_dialog: dialog.moDialog }),
    date: Math.floor(createdAtMs / 1000),
    duration: startedAtMs === undefined ? 0 : seconds((endedAtMs ?? wallMs) - startedAtMs),
    event_list: dialog.events.map(({ type, atMs, state, message }) => ({
      type,
      timestamp: seconds(atMs - createdAtMs),
      state,
      ...(message !== undefined && { message }),
    })),
    medias: (await dialog.media()).map(mediumOf),
  }
}

export const dialogMessages = ({ dialogs, calls, mtCall, timers, log }: DialogHouse): Message[] => [
  {
    name: 'mt_call',
    run: async ({ impi, sip_file, caller }) => {
      const called = await mtCall({
        impi: impi as string,
        ...(sip_file !== undefined && { file: sip_file as string }),
        ...(caller !== undefined && { caller: caller as string }),
      })
      return called.ok ? ok({ session_id: called.value.sessionId }) : called
    },
  },
  {
    name: 'dialog_get',
    run: async ({ session_id }) => {
      const found = dialogs.list().filter(({ id }) => session_id === undefined || id === session_id)
      const wallMs = timers.clock.wallMs()
      return ok({ dialogs: await Promise.all(found.map((dialog) => dialogOf(dialog, wallMs))) })
    },
  },
  {
    name: 'dialog_stop',
    run: ({ session_id }, client) => {
      const call = dialogs.callOf(session_id as string)
      if (call === undefined || !calls.hangUp(call)) return err(`Unknown dialog: ${session_id}`)
      log.write('api', 'info', `dialog_stop ${session_id}`, { user: client.place })
      return ok({})
    },
  },
]
