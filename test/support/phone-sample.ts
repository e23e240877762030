/** What a phone user has on an ordinary day: for the pictures and for the stories of the web phone. */

const DAY = 86_400_000

export const samplePerson = { tel: '1001', name: 'Alice Fang', identities: ['1001'], domain: 'tandem.local' }

export const sampleBook = {
  groups: [
    {
      name: 'Reception',
      entries: [
        { name: 'Alice Fang', tel: '1001', blf: true },
        { name: 'Bob Stone', tel: '1002', blf: true },
        { name: 'Chen Yi-Chun', tel: '1003', blf: true },
        { name: 'Dora Lindqvist', tel: '1004', blf: true },
      ],
    },
    {
      name: 'Workshop',
      entries: [
        { name: '王小明', tel: '1010', blf: true },
        { name: 'Emre Yıldız', tel: '1011', blf: true },
        { name: 'Echo', tel: '600', blf: false },
      ],
    },
    { name: 'Suppliers', entries: [{ name: 'Nordwind Parts', tel: '+886223456789', blf: false }] },
  ],
}

export const sampleLamps: Record<string, object> = {
  1002: { lamp: 'idle' },
  1003: { lamp: 'busy', direction: 'out', remote: '1010', remoteName: '王小明' },
  1004: { lamp: 'ringing', direction: 'in', remote: '+886912345678' },
  1010: { lamp: 'busy', direction: 'in', remote: '1003', remoteName: 'Chen Yi-Chun' },
  1011: { lamp: 'unavailable' },
}

/** Of two browsers each has a file of its own. */
const sampleRecordings: { id: string; ms: number; voice: string }[] = [
  { id: 'r1', ms: 154_000, voice: 'own' },
  { id: 'r2', ms: 153_000, voice: 'other' },
]

export const sampleHistory = (now: number) => ({
  calls: [
    ...[
      { with: '1002', name: 'Bob Stone', direction: 'in', ago: 0.012, s: 154, recordings: sampleRecordings },
      { with: '+886912345678', name: '', direction: 'in', ago: 0.06, s: 0, voiceMail: 'message' },
      { with: '1004', name: 'Dora Lindqvist', direction: 'out', ago: 0.1, s: 17, voiceMail: 'no-message' },
      { with: '1003', name: 'Chen Yi-Chun', direction: 'out', ago: 0.21, s: 48 },
      { with: '1010', name: '王小明', direction: 'out', ago: 1.1, s: 0, cause: 486 },
      { with: '600', name: 'Echo', direction: 'out', ago: 1.3, s: 12, video: true },
      { with: '1004', name: 'Dora Lindqvist', direction: 'in', ago: 3.2, s: 921 },
      { with: '+886223456789', name: 'Nordwind Parts', direction: 'out', ago: 9.4, s: 305 },
    ].map(({ ago, s, recordings = [], video = false, cause = 200, ...call }, at) => {
      const startedAtMs = Math.round(now - ago * DAY)
      const missed = call.direction === 'in' && s === 0
      return {
        ...{ id: `h${at}`, ...call, video, startedAtMs, missed, recordings, cause: missed ? 487 : cause },
        answeredAtMs: s ? startedAtMs + 4000 : null,
        endedAtMs: startedAtMs + 4000 + s * 1000,
      }
    }),
  ],
  next: null as string | null,
})

const talk = (
  now: number,
  other: string,
  lines: [direction: string, msg: string, ago: number, state: string][],
) =>
  lines.map(([direction, msg, ago, state], at) => ({
    ...{ id: `${other}-${at}`, direction, with: other, msg, state, reason: null },
    atMs: Math.round(now - ago * 60_000),
  }))

export const sampleTexts = (now: number): Record<string, ReturnType<typeof talk>> => ({
  1002: talk(now, '1002', [
    ['in', 'Is the spare part for line 4 here yet?', 64, 'delivered'],
    ['out', 'It came this morning. Shelf B, second from the left.', 61, 'delivered'],
    ['in', 'Perfect, thank you! I will fetch it after lunch.', 58, 'delivered'],
    ['out', 'Bring the old one back, please 🙂', 3, 'sent'],
  ]),
  '+886912345678': talk(now, '+886912345678', [
    ['in', '您好，請問今天下午三點可以取件嗎？', 22, 'delivered'],
    ['out', '可以的，我們五點半關門。', 19, 'delivered'],
    ['in', '好的，謝謝！<b>到時見</b>', 2, 'delivered'],
  ]),
  1004: talk(now, '1004', [['out', 'Meeting moved to 16:00.', 60 * 26, 'failed']]),
})

export const sampleMailbox = (now: number) => ({
  messages: [
    {
      id: 'v1',
      from: '+886912345678',
      name: '',
      atMs: now - 3_600_000,
      ms: 14_000,
      heard: false,
      urgent: true,
    },
    {
      id: 'v2',
      from: '1003',
      name: 'Chen Yi-Chun',
      atMs: now - 2 * DAY,
      ms: 31_000,
      heard: true,
      urgent: false,
    },
  ],
})
