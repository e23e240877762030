import { join } from 'node:path'
import { converse, HISTORY_FILE, type History, openHistory } from '#admin'
import type { Loaded, Settings } from '#config'
import { ok, type Result } from '#lib/result'
import { createTimers } from '#lib/timers'
import type { LogSink } from '#logs'
import type { OpenWebCall, OpenWire } from '#net'
import { keepDaysOf, type PagePlace, startRetention } from '#start'
import { openDoors } from './doors.ts'
import { openGround, type StartFault } from './ground.ts'
import { joinNetwork, type Network } from './network.ts'
import { type OpenRemote, openRemoteDoor } from './remote-door.ts'
import { openWebphoneDoor } from './webphone.ts'

export type Tandem = {
  settings: Settings
  bound: OpenWire['bound']
  /** In clear at the start that generated it, to be printed once. */
  adminPassword: string | undefined
  /** The remote API, where there is a com_addr. */
  remote: OpenRemote | undefined
  /** Where web phones connect. */
  webSockets: OpenWebCall['bound']
  /** Servers with the web phone's pages. */
  pages: PagePlace[]
  network: Network
  /** The monitor on the server's own terminal, if there is one; `onPrompt` gets what shows a line above its prompt. */
  openTerminal(onPrompt: (tell: (line: string) => void) => void): void
  /** Ends calls, saves what is unsaved, closes everything. */
  close(): Promise<void>
}

/** `quit`: the operator asked the monitor to stop the server. */
export const startTandem = async (
  { settings }: Loaded,
  version: string,
  log: LogSink,
  quit: (why: string) => void,
): Promise<Result<Tandem, StartFault>> => {
  const ground = await openGround(settings, log, createTimers())
  if (!ground.ok) return ground
  const { wire, store } = ground.value
  const network = await joinNetwork(ground.value)
  const { calls, registrations, media } = network
  const doors = await openDoors(ground.value, network, version, () => quit('quit in the monitor'))
  const closeGround = async (): Promise<void> => {
    network.trunkSide.close()
    await network.proxied.close()
    await network.gateways.close()
    await wire.close()
    await media.close()
    await store.close()
  }
  if (!doors.ok) {
    await closeGround()
    return doors
  }
  const remote = await openRemoteDoor(ground.value, network, version, () => quit('quit by the remote API'))
  if (!remote.ok) {
    await doors.value.close()
    await closeGround()
    return remote
  }
  network.webphoneServes(doors.value.servers)
  const sockets = await openWebphoneDoor(ground.value, network.webphone)
  if (!sockets.ok) {
    await remote.value?.close()
    await doors.value.close()
    await closeGround()
    return sockets
  }
  for (const { server, at, secure } of doors.value.servers) sockets.value?.attach(server, at, secure)
  const { timers } = ground.value
  const { deleteCallsBefore, messages } = store
  const [days, messageDays] = [keepDaysOf(settings), settings.messages.keep_days]
  startRetention({ timers, log, what: 'call records', keepDays: days, deleteBefore: deleteCallsBefore })
  startRetention({
    ...{ timers, log, what: 'messages', keepDays: messageDays },
    deleteBefore: messages.deleteEndedBefore,
  })
  startRetention({
    ...{ timers, log, what: 'records of gateways', keepDays: messageDays },
    deleteBefore: store.gateways.deleteBefore,
  })
  return ok({
    settings,
    bound: wire.bound,
    adminPassword: doors.value.adminPassword,
    remote: remote.value,
    webSockets: sockets.value?.bound ?? [],
    pages: doors.value.servers.map(({ at, secure, path }) => ({ at, secure, path })),
    network,
    openTerminal: (onPrompt) => {
      const { stdin: input, stdout: output } = process
      // With a prompt, Ctrl-C is a key like any other: here it still means the server.
      const onInterrupt = (): void => quit('Ctrl-C')
      const remembered = (): History => openHistory(join(settings.data_dir, HISTORY_FILE))
      if (input.isTTY)
        void converse(doors.value.monitor, { input, output, onInterrupt, onPrompt, openHistory: remembered })
    },
    async close() {
      calls.hangUpAll()
      network.webphone?.close()
      network.trunkSide.close()
      // What was just sent leaves at the end of this turn; peers that answer find nobody, as with any restart.
      await new Promise((done) => setTimeout(done, 50))
      await calls.idle(2000)
      registrations.save()
      const { received, sent, bugs } = network.sip.figures()
      log.write('sip', 'info', `${received} messages came, ${sent} went, ${bugs} bugs`)
      await sockets.value?.close()
      await remote.value?.close()
      await doors.value.close()
      await network.messages.close()
      await closeGround()
      await log.close()
    },
  })
}
