import type { World } from './world.ts'

/** One RTCPeerConnection. Its negotiations are put in order by the call that owns it. */
export type Peer = {
  readonly connection: RTCPeerConnection
  /** A description to send; the server learns our address from our checks, so nothing is waited for. */
  offer(options?: { restart?: boolean }): Promise<string>
  /** Takes the server's offer (an own one that is open is given up) and answers. */
  answer(sdp: string): Promise<string>
  /** The server's answer to our offer. */
  accept(sdp: string): Promise<void>
  giveUp(): Promise<void>
  setAudio(track: MediaStreamTrack): Promise<void>
  /** A picture of ours from now on, or none; a new offer has to follow. */
  setVideo(track: MediaStreamTrack | undefined): Promise<void>
  /** Nothing of ours is sent of that kind: theirs is only heard or seen. */
  listen(kind: 'audio' | 'video'): void
  /** Another camera in the same place: nothing has to be negotiated. */
  replaceVideo(track: MediaStreamTrack): Promise<void>
  /** Whether a picture of theirs is agreed upon. */
  farVideo(): boolean
  /** Tells of nothing any more. */
  quiet(): void
  close(): void
}

export type PeerEvents = {
  onState(state: RTCPeerConnectionState): void
  onTracks(stream: MediaStream): void
}

export const createPeer = (world: World, { onState, onTracks }: PeerEvents): Peer => {
  const connection = world.createPeer()
  /** One stream for good: a changed list of tracks needs no new element. */
  const far: MediaStream = new MediaStream()
  const near = new MediaStream()

  connection.onconnectionstatechange = () => onState(connection.connectionState)
  connection.ontrack = ({ track }) => {
    for (const old of far.getTracks()) if (old.kind === track.kind && old !== track) far.removeTrack(old)
    far.addTrack(track)
    onTracks(far)
  }

  const transceiver = (kind: 'audio' | 'video'): RTCRtpTransceiver | undefined =>
    connection
      .getTransceivers()
      .find((one) => one.receiver.track.kind === kind && one.direction !== 'stopped')

  const localSdp = async (make: () => Promise<RTCSessionDescriptionInit>): Promise<string> => {
    await connection.setLocalDescription(await make())
    return connection.localDescription?.sdp ?? ''
  }

  return {
    connection,
    offer: ({ restart = false } = {}) => localSdp(() => connection.createOffer({ iceRestart: restart })),
    answer: async (sdp) => {
      // Ours gives way (RFC 8829 §4.1.8.2: an offer of theirs rolls ours back).
      await connection.setRemoteDescription({ type: 'offer', sdp })
      return localSdp(() => connection.createAnswer())
    },
    accept: (sdp) => connection.setRemoteDescription({ type: 'answer', sdp }),
    giveUp: async () => {
      if (connection.signalingState === 'have-local-offer')
        await connection.setLocalDescription({ type: 'rollback' })
    },
    setAudio: async (track) => {
      const one = transceiver('audio')
      if (!one) return void connection.addTrack(track, near)
      await one.sender.replaceTrack(track)
      // Holding is the server's business; ours is always both ways.
      one.direction = 'sendrecv'
    },
    setVideo: async (track) => {
      const one = transceiver('video')
      if (!one) {
        if (track) connection.addTransceiver(track, { direction: 'sendrecv', streams: [near] })
        return
      }
      await one.sender.replaceTrack(track ?? null)
      one.direction = track ? 'sendrecv' : 'recvonly'
    },
    listen: (kind) => void connection.addTransceiver(kind, { direction: 'recvonly' }),
    replaceVideo: async (track) => {
      await transceiver('video')?.sender.replaceTrack(track)
    },
    farVideo: () => {
      const one = transceiver('video')
      return one?.currentDirection === 'sendrecv' || one?.currentDirection === 'recvonly'
    },
    quiet: () => {
      connection.onconnectionstatechange = null
      connection.ontrack = null
    },
    close: () => connection.close(),
  }
}
