import type { Devices } from './devices.ts'
import { createPeer, type Peer } from './peer.ts'
import type { Answer } from './protocol.ts'
import { refusalOf, TroubleError, troubleOf } from './troubles.ts'
import type { World } from './world.ts'

/** The sound and picture of one call: its tracks, and its negotiations one after the other. */
export type CallMedia = {
  /** Another one after it was made anew. */
  readonly peer: Peer
  far(): MediaStream | undefined
  near(): MediaStream | undefined
  /** Our first offer, with the microphone and, when wanted, the camera in it. */
  firstOffer(video: boolean): Promise<string>
  /** Answers an offer of the server. The microphone is opened by `open` before. */
  answer(sdp: string, video: boolean): Promise<string>
  /** `listen`: without a microphone, to hear at least. */
  open(options?: { listen?: boolean }): Promise<void>
  /**
   * Sends an offer by `send` and waits for the server's answer of op 9003. `restart`: with new ICE; `anew`: by another
   * peer connection, with the same microphone and camera.
   */
  negotiate(
    send: (sdp: string) => Promise<Answer>,
    options?: { restart?: boolean; anew?: boolean },
  ): Promise<void>
  /** Op 9003 came. An offer gives the answer to send. */
  onAnswer(sdp: string): Promise<void>
  onOffer(sdp: string): Promise<string>
  video(on: boolean): Promise<void>
  mute(muted: boolean): void
  /** A new microphone or camera in the place of the old one. */
  renew(kind: 'microphone' | 'camera'): Promise<void>
  close(): void
}

export type CallMediaPorts = {
  world: World
  devices: Devices
  onState(state: RTCPeerConnectionState): void
  onFar(stream: MediaStream): void
  /** A track ended by itself: unplugged, or taken by the system. */
  onLost(kind: 'microphone' | 'camera'): void
}

const ANSWER_MS = 15_000
/** The connection goes after the last word was said. */
const GRACE_MS = 300

export const createCallMedia = ({ world, devices, onState, onFar, onLost }: CallMediaPorts): CallMedia => {
  let far: MediaStream | undefined
  let near: MediaStream | undefined
  let microphone: MediaStreamTrack | undefined
  let camera: MediaStreamTrack | undefined
  let muted = false
  let closed = false
  let awaited: { done(): void; failed(error: Error): void } | undefined
  let queue: Promise<unknown> = Promise.resolve()

  const openPeer = (): Peer =>
    createPeer(world, {
      onState,
      onTracks: (stream) => {
        far = stream
        onFar(stream)
      },
    })
  let peer = openPeer()

  const openPeerAnew = async (): Promise<void> => {
    const before = peer
    const saw = before.farVideo()
    before.quiet()
    world.after(GRACE_MS, before.close)
    peer = openPeer()
    if (microphone) await peer.setAudio(microphone)
    else peer.listen('audio')
    if (camera) await peer.setVideo(camera)
    else if (saw) peer.listen('video')
  }

  /** One negotiation at a time; one that fails does not stop those behind it. */
  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const turn = queue.then(task)
    queue = turn.catch(() => {})
    return turn
  }

  const openMicrophone = async (): Promise<void> => {
    const track = await devices.microphone()
    if (closed) return track.stop()
    microphone?.stop()
    microphone = track
    track.enabled = !muted
    track.onended = () => onLost('microphone')
    await peer.setAudio(track)
  }

  const openCamera = async (): Promise<MediaStreamTrack | undefined> => {
    const track = await devices.camera()
    if (closed) {
      track.stop()
      return undefined
    }
    camera?.stop()
    camera = track
    near = new MediaStream([track])
    track.onended = () => onLost('camera')
    return track
  }

  const closeCamera = (): void => {
    camera?.stop()
    camera = near = undefined
  }

  const answered = (): Promise<void> =>
    new Promise((done, failed) => {
      const cancel = world.after(ANSWER_MS, () => awaited?.failed(new TroubleError(troubleOf('server-away'))))
      const settle = (then: () => void) => {
        cancel()
        awaited = undefined
        then()
      }
      awaited = { done: () => settle(done), failed: (error) => settle(() => failed(error)) }
    })

  return {
    get peer() {
      return peer
    },
    far: () => far,
    near: () => near,
    firstOffer: async (video) => {
      await openMicrophone()
      if (video) await peer.setVideo(await openCamera())
      return peer.offer()
    },
    // In turn: a server that asks for media at once (9008) waits for the microphone.
    open: ({ listen = false } = {}) =>
      inTurn(() =>
        openMicrophone().catch((error) => {
          if (listen) peer.listen('audio')
          throw error
        }),
      ),
    answer: async (sdp, video) => {
      if (video && /^m=video [1-9]/m.test(sdp)) {
        // The place of the picture exists only after their offer was taken.
        await peer.connection.setRemoteDescription({ type: 'offer', sdp })
        await peer.setVideo(await openCamera())
      }
      return peer.answer(sdp)
    },
    negotiate: (send, { restart = false, anew = false } = {}) =>
      inTurn(async () => {
        if (closed) return
        if (anew) await openPeerAnew()
        const sdp = await peer.offer({ restart })
        const wait = answered()
        wait.catch(() => {})
        const refused = await send(sdp).then(
          (answer) => (answer.code === 0 ? undefined : new TroubleError(refusalOf(answer))),
          (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
        )
        if (refused) {
          awaited?.failed(refused)
          if (!closed) await peer.giveUp()
        }
        await wait
      }),
    onAnswer: async (sdp) => {
      const waiting = awaited
      try {
        // A forked 183 may answer again: browsers take one answer, the server switches behind it.
        if (peer.connection.signalingState === 'have-local-offer') await peer.accept(sdp)
        waiting?.done()
      } catch (error) {
        waiting?.failed(error instanceof Error ? error : new Error(String(error)))
        throw error
      }
    },
    onOffer: (sdp) => {
      // The server is impolite: an offer of ours that is under way gives way, and is not waited for here.
      awaited?.failed(
        new TroubleError(troubleOf('refused', { words: 'The other side changed the call first.' })),
      )
      return inTurn(() => peer.answer(sdp))
    },
    video: async (on) => {
      if (on) await peer.setVideo(await openCamera())
      else {
        await peer.setVideo(undefined)
        closeCamera()
      }
    },
    mute: (now) => {
      muted = now
      if (microphone) microphone.enabled = !now
    },
    renew: async (kind) => {
      if (closed) return
      if (kind === 'microphone') return openMicrophone()
      if (!camera) return
      const track = await openCamera()
      if (track) await peer.replaceVideo(track)
    },
    close: () => {
      closed = true
      if (microphone) microphone.onended = null
      if (camera) camera.onended = null
      microphone?.stop()
      closeCamera()
      awaited?.failed(new TroubleError(troubleOf('channel-closed')))
      peer.quiet()
      world.after(GRACE_MS, peer.close)
    },
  }
}
