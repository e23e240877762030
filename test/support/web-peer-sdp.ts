import type { Credentials } from '#ice'

/** A codec as the scripted browser names it: payload type, and what stands in a=rtpmap. */
export type PeerCodec = { type: number; map: string; fmtp?: string }

export const AUDIO: readonly PeerCodec[] = [
  { type: 111, map: 'opus/48000/2', fmtp: 'minptime=10;useinbandfec=1' },
  { type: 9, map: 'G722/8000' },
  { type: 0, map: 'PCMU/8000' },
  { type: 8, map: 'PCMA/8000' },
  { type: 126, map: 'telephone-event/8000' },
]
export const PCMU: readonly PeerCodec[] = AUDIO.filter(({ type }) => type === 0 || type === 126)
export const VIDEO: readonly PeerCodec[] = [
  { type: 96, map: 'VP8/90000' },
  {
    type: 102,
    map: 'H264/90000',
    fmtp: 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
  },
]

export type PeerDescription = Credentials & {
  version: number
  fingerprint: string
  setup: 'actpass' | 'active' | 'passive'
  /** In the order of the m= lines; none: refused. */
  media: {
    kind: 'audio' | 'video'
    mid: string
    codecs: readonly PeerCodec[]
    ssrc: number
    direction: string
  }[]
}

/** What browsers write, RFC 8829, as short as can be and without candidates. */
export const printPeer = (said: PeerDescription): string => {
  const live = said.media.filter(({ codecs }) => codecs.length > 0)
  const lines = [
    ...['v=0', `o=- 4611731400430051336 ${said.version} IN IP4 127.0.0.1`, 's=-', 't=0 0'],
    `a=group:BUNDLE ${live.map(({ mid }) => mid).join(' ')}`,
    'a=msid-semantic: WMS',
  ]
  for (const { kind, mid, codecs, ssrc, direction } of said.media) {
    lines.push(
      `m=${kind} ${codecs.length > 0 ? 9 : 0} UDP/TLS/RTP/SAVPF ${codecs.map(({ type }) => type).join(' ') || 0}`,
      ...[
        'c=IN IP4 0.0.0.0',
        'a=rtcp:9 IN IP4 0.0.0.0',
        `a=ice-ufrag:${said.ufrag}`,
        `a=ice-pwd:${said.pwd}`,
      ],
      ...['a=ice-options:trickle', `a=fingerprint:sha-256 ${said.fingerprint}`, `a=setup:${said.setup}`],
      ...[`a=mid:${mid}`, `a=${direction}`, 'a=rtcp-mux', `a=msid:- ${kind}`],
    )
    for (const { type, map, fmtp } of codecs) {
      lines.push(`a=rtpmap:${type} ${map}`)
      if (fmtp) lines.push(`a=fmtp:${type} ${fmtp}`)
      if (kind === 'video') lines.push(`a=rtcp-fb:${type} nack pli`, `a=rtcp-fb:${type} ccm fir`)
    }
    lines.push(`a=ssrc:${ssrc} cname:peer`)
  }
  return `${lines.join('\r\n')}\r\n`
}

export type EngineSaid = Credentials & {
  address: string
  port: number
  fingerprints: { hash: string; value: string }[]
  setup: string
  media: {
    kind: string
    mid: string
    port: number
    types: number[]
    maps: Map<number, string>
    direction: string
  }[]
}

const DIRECTION = /^a=(sendrecv|sendonly|recvonly|inactive)\s*$/m

/** What the engine's description says to a browser. Throws when it lacks what a browser needs. */
export const readEngine = (sdp: string): EngineSaid => {
  const need = (pattern: RegExp): string => {
    const found = pattern.exec(sdp)?.[1]
    if (found === undefined) throw new Error(`no ${pattern} in\n${sdp}`)
    return found
  }
  const candidate = /^a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host/im.exec(sdp)
  if (!candidate) throw new Error(`no candidate in\n${sdp}`)
  const media = sdp
    .split(/^m=/m)
    .slice(1)
    .map((block) => {
      const [kind = '', port = '0', , ...types] = (block.split(/\r?\n/, 1)[0] ?? '').split(' ')
      return {
        kind,
        port: Number(port),
        mid: /^a=mid:(\S+)/m.exec(block)?.[1] ?? '',
        types: types.map(Number),
        maps: new Map(
          [...block.matchAll(/^a=rtpmap:(\d+) (\S+)/gm)].map(([, type, map]) => [Number(type), String(map)]),
        ),
        direction: DIRECTION.exec(block)?.[1] ?? 'sendrecv',
      }
    })
  return {
    ufrag: need(/^a=ice-ufrag:(\S+)/m),
    pwd: need(/^a=ice-pwd:(\S+)/m),
    address: String(candidate[1]),
    port: Number(candidate[2]),
    fingerprints: [...sdp.matchAll(/^a=fingerprint:(\S+) (\S+)/gm)].map(([, hash, value]) => ({
      hash: String(hash),
      value: String(value),
    })),
    setup: need(/^a=setup:(\S+)/m),
    media,
  }
}
