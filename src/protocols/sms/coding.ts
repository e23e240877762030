/** What TP-Data-Coding-Scheme says, TS 23.038 §4. */
export type Coding = {
  alphabet: 'gsm7' | '8bit' | 'ucs2'
  compressed: boolean
  /** 0 is shown at once and not kept (flash), 1 goes to the handset, 2 to the SIM, 3 to the terminal. */
  class?: 0 | 1 | 2 | 3
  autoDelete: boolean
  /** Something waits: `store` says whether the text itself is to be kept. */
  waiting?: { kind: WaitingKind; active: boolean; store: boolean }
}

export type WaitingKind = 'voicemail' | 'fax' | 'email' | 'other'

const ALPHABETS = ['gsm7', '8bit', 'ucs2', 'gsm7'] as const
const WAITING: readonly WaitingKind[] = ['voicemail', 'fax', 'email', 'other']

/** Reserved codings read as GSM 7-bit, as §4 demands. */
export const codingOf = (dcs: number): Coding => {
  const group = (dcs >> 4) & 0x0f
  if (group < 8) {
    return {
      alphabet: ALPHABETS[(dcs >> 2) & 3] as Coding['alphabet'],
      compressed: (dcs & 0x20) !== 0,
      autoDelete: (dcs & 0x40) !== 0,
      ...((dcs & 0x10) !== 0 && { class: (dcs & 3) as 0 | 1 | 2 | 3 }),
    }
  }
  const plain = { alphabet: 'gsm7', compressed: false, autoDelete: false } as const
  if (group < 12) return plain
  if (group === 15)
    return { ...plain, alphabet: dcs & 4 ? '8bit' : 'gsm7', class: (dcs & 3) as 0 | 1 | 2 | 3 }
  const waiting = { kind: WAITING[dcs & 3] as WaitingKind, active: (dcs & 8) !== 0, store: group !== 12 }
  return { ...plain, alphabet: group === 14 ? 'ucs2' : 'gsm7', waiting }
}

/** The octet for a coding. A waiting indication has no 8-bit alphabet, and UCS-2 only where the text is kept. */
export const dcsOf = (coding: Partial<Coding>): number => {
  const { alphabet = 'gsm7', compressed, autoDelete, waiting } = coding
  if (waiting) {
    const group = alphabet === 'ucs2' ? 0xe0 : waiting.store ? 0xd0 : 0xc0
    return group | (waiting.active ? 8 : 0) | WAITING.indexOf(waiting.kind)
  }
  return (
    (autoDelete ? 0x40 : 0) |
    (compressed ? 0x20 : 0) |
    (coding.class === undefined ? 0 : 0x10 | coding.class) |
    (ALPHABETS.indexOf(alphabet) << 2)
  )
}

/** Same class, waiting indication and auto-delete, another alphabet; the octet itself where it has that alphabet already. */
export const withAlphabet = (dcs: number, alphabet: Coding['alphabet']): number => {
  const coding = codingOf(dcs)
  if (coding.alphabet === alphabet && !coding.compressed) return dcs
  return dcsOf({ ...coding, alphabet, compressed: false })
}

/** Is TP-User-Data made of septets? Allocates nothing: asked for every message. */
export const isSeptets = (dcs: number): boolean => {
  const group = dcs >> 4
  if (group < 8) return (dcs & 0x20) === 0 && (dcs & 0x0c) !== 4 && (dcs & 0x0c) !== 8
  return group === 15 ? (dcs & 4) === 0 : group !== 14
}

/** TS 23.040 §9.2.3.9: a short message type 0 is acknowledged and thrown away unseen. */
export const isSilent = (pid: number): boolean => pid === 0x40
/** (U)SIM data download, TS 23.040 §9.2.3.9: octets for the card. */
export const isSimDownload = (pid: number): boolean => pid === 0x7f
