import { type CallMedia, createCallMedia } from './call-media.ts'
import { type Channel, openChannel } from './channel.ts'
import { createDevices } from './devices.ts'
import { type Cell, createCell } from './emitter.ts'
import { EVENT, MODIFY, numberIn, numberOf, OP, type ServerEvent, STATE, textOf } from './protocol.ts'
import { createRepair } from './repair.ts'
import { refusalOf, type Trouble, TroubleError, troubleIn, troubleOf } from './troubles.ts'
import { createWatch } from './watch.ts'
import type { World } from './world.ts'

/** One call of a visitor without an account (op 1011): made, talked, over. The part of the SDK that a widget needs. */
export type GuestView = {
  state: 'starting' | 'calling' | 'ringing' | 'connected' | 'ended'
  connectedAtMs: number | undefined
  muted: boolean
  /** No packet of the far end for some seconds. */
  silent: boolean
  trouble: Trouble | undefined
}

export type GuestCall = {
  view: Cell<GuestView>
  hangUp(): void
  mute(on: boolean): void
  dtmf(key: string): void
  near(): MediaStream | undefined
}

export type GuestWish = {
  to: string
  ticket: string
  urls: readonly string[]
  video?: boolean
  from?: string
  disp?: string
  cdata?: string
  skill?: string
}

export type GuestPorts = { world: World; onFar(stream: MediaStream): void }

/** So often a way that was well is made anew in a row; one that never was is most often barred. */
const [MOST_LOSSES, MOST_FIRST] = [10, 2]

export const createGuestCall = (wish: GuestWish, { world, onFar }: GuestPorts): GuestCall => {
  const view = createCell<GuestView>({
    ...{ state: 'starting', connectedAtMs: undefined, muted: false, silent: false, trouble: undefined },
  })
  const devices = createDevices({ world })
  let channel: Channel | undefined
  let media: CallMedia | undefined
  let cid = ''
  let stopWatch = () => {}
  const over = () => view.get().state === 'ended'
  const patch = (part: Partial<GuestView>) => over() || view.set({ ...view.get(), ...part })

  const end = (trouble?: Trouble) => {
    if (over()) return
    stopWatch()
    stopOnline()
    repair.stop()
    media?.close()
    devices.close()
    patch({ state: 'ended', trouble })
    channel?.close()
  }

  const onState = (event: ServerEvent) => {
    const state = numberOf(event, 'state')
    const cause = numberIn(event, 'cause')
    if (state === STATE.ended)
      return end(
        cause !== undefined && cause >= 300 && !view.get().connectedAtMs ? refusalOf(event) : undefined,
      )
    if (state === STATE.ringing) return patch({ state: 'ringing' })
    if (state !== STATE.connected || !media) return
    patch({ state: 'connected', connectedAtMs: view.get().connectedAtMs ?? world.nowMs() })
    stopWatch()
    const spoken = media
    stopWatch = createWatch(world, () => spoken.peer.connection, {
      onQuality: ({ silentS }) => patch({ silent: silentS >= 5 }),
      onReport: ({ mos, rttMs, jitterMs, lossPercent, level }) =>
        channel?.tell(OP.quality, { cid, mos, rttMs, jitterMs, lossPercent, level }),
      onSilence: () => {},
    })
  }

  /** The way to the server changed, somebody put the visitor through, or the server lost sight of the page. */
  let recovering = false
  const repair = createRepair({
    world,
    wanted: () => cid !== '' && !over(),
    connectionState: () => media?.peer.connection.connectionState ?? 'new',
    restart: async (anew) => {
      const [line, own] = [channel, media]
      if (line && own)
        await own.negotiate((sdp) => line.ask(OP.modify, { cid, type: MODIFY.resume, sdp }), {
          ...{ restart: true, anew },
        })
    },
    probe: () => {},
    onChange: (now, failed) => {
      recovering = now
      if (!now && failed) end(troubleOf('media-failed'))
    },
    onWell: () => {},
  })
  const stopOnline = world.onOnline(() => repair.now())

  let [losses, wasWell] = [0, false]
  const onWay = (state: RTCPeerConnectionState) => {
    if (state === 'connected') [losses, wasWell] = [0, true]
    if (state === 'failed' && ++losses >= (wasWell ? MOST_LOSSES : MOST_FIRST))
      return end(troubleOf('media-failed'))
    repair.onState(state)
  }

  const onMedia = async (event: ServerEvent) => {
    if (!media) return
    const [sdp, isOffer] = [textOf(event, 'sdp'), event.kind === 'offer']
    try {
      if (!isOffer) return await media.onAnswer(sdp)
      await channel?.ask(OP.answer, { cid, sdp: await media.onOffer(sdp) })
    } catch {
      if (isOffer) repair.now()
      // Of a repair: it tries again by itself.
      else if (!recovering) end(troubleOf('media-failed'))
    }
  }

  const onEvent = (event: ServerEvent) => {
    if (event.op === EVENT.call) onState(event)
    else if (event.op === EVENT.mediaLost) repair.now(true, event.anew === true)
    else if (event.op === EVENT.over) end(troubleOf('server-away'))
    else if (event.op === EVENT.media) void onMedia(event)
  }

  const open = (url: string): Promise<Channel> =>
    new Promise((done, failed) => {
      const mine = openChannel(world, url, {
        onOpen: () => done(mine),
        onEvent,
        // The server ends a visitor's call with its connection: there is nothing to come back to.
        onGone: (opened) => {
          if (opened) end(troubleOf('channel-closed'))
          else failed(new TroubleError(troubleOf('server-away')))
        },
      })
    })

  const place = async () => {
    try {
      media = createCallMedia({
        ...{ world, devices, onFar },
        onState: onWay,
        onLost: (kind) => void media?.renew(kind).catch(() => {}),
      })
      const sdp = await media.firstOffer(wish.video ?? false)
      let failure: unknown
      for (const url of wish.urls) {
        if (channel || over()) break
        channel = await open(url).catch((error) => {
          failure = error
          return undefined
        })
      }
      if (!channel) throw failure ?? new TroubleError(troubleOf('server-away'))
      const { nonce } = await channel.ask(OP.hello)
      const { to, ticket, from, disp, cdata, skill } = wish
      const answer = await channel.ask(OP.guest, { nonce, to, sdp, ticket, from, disp, cdata, skill })
      if (answer.code !== 0) throw new TroubleError(refusalOf(answer))
      cid = textOf(answer, 'cid')
      if (over()) channel.tell(OP.hangUp, { cid })
      else if (view.get().state === 'starting') patch({ state: 'calling' })
    } catch (error) {
      end(troubleIn(error))
    }
  }
  void place()

  return {
    view,
    near: () => media?.near(),
    hangUp: () => {
      if (cid) channel?.tell(OP.hangUp, { cid })
      end()
    },
    mute: (on) => {
      media?.mute(on)
      patch({ muted: on })
    },
    dtmf: (dtmf) => channel?.tell(OP.dtmf, { cid, dtmf }),
  }
}
