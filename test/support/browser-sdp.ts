/** Descriptions that a browser takes, from nobody: no packet ever comes from the port. */

const FINGERPRINT = Array.from({ length: 32 }, (_, at) => (at * 7 + 16).toString(16).toUpperCase()).join(':')
const WAY = [
  'c=IN IP4 127.0.0.1',
  'a=ice-ufrag:tandemtest',
  'a=ice-pwd:0123456789abcdefghijklmnop',
  `a=fingerprint:sha-256 ${FINGERPRINT}`,
  'a=rtcp-mux',
  'a=candidate:1 1 udp 2130706431 127.0.0.1 9 typ host',
  'a=end-of-candidates',
]

const described = (media: string[]): string =>
  [
    ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=ice-lite'],
    `a=group:BUNDLE ${media.flatMap((one) => /a=mid:(\S+)/.exec(one)?.[1] ?? []).join(' ')}`,
    ...media,
    '',
  ].join('\r\n')

const section = (head: string, mid: string, setup: string, lines: string[]): string =>
  [head, ...WAY, `a=mid:${mid}`, `a=setup:${setup}`, 'a=sendrecv', ...lines].join('\r\n')

const AUDIO = ['a=rtpmap:0 PCMU/8000']

/** Agrees to everything in an offer; of video to the first VP8. */
export const agreeTo = (offer: string): string =>
  described(
    offer
      .split(/\r?\n(?=m=)/)
      .slice(1)
      .map((part) => {
        const mid = /a=mid:(\S+)/.exec(part)?.[1] ?? '0'
        if (part.startsWith('m=audio')) return section('m=audio 9 UDP/TLS/RTP/SAVPF 0', mid, 'active', AUDIO)
        const vp8 = /a=rtpmap:(\d+) VP8/.exec(part)?.[1] ?? '96'
        return section(`m=video 9 UDP/TLS/RTP/SAVPF ${vp8}`, mid, 'active', [`a=rtpmap:${vp8} VP8/90000`])
      }),
  )

/** An offer to a browser. */
export const browserOffer = ({ video = false } = {}): string =>
  described([
    section('m=audio 9 UDP/TLS/RTP/SAVPF 0', '0', 'actpass', [...AUDIO, 'a=msid:far far-a']),
    ...(video
      ? [
          section('m=video 9 UDP/TLS/RTP/SAVPF 96', '1', 'actpass', [
            ...['a=rtpmap:96 VP8/90000', 'a=msid:far far-v'],
          ]),
        ]
      : []),
  ])
