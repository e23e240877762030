/** Sequence numbers are the client's own, and only echoed: it repeats them. */
export type Seq = string | number

/** What clients say, manual 4.3.1, with what the JSON dialect adds (docs/protocols/web-phone.md). */
export type Command = { seq: Seq } & (
  | { op: 1000 }
  | {
      op: 1001
      tel: string
      /** Name to log in with; empty: `tel`. */
      usr: string
      /** Enciphered. */
      pwd: string | undefined
      token: string | undefined
      resume: string | undefined
      client: string
      mwi: boolean
      /** A second incoming call is wanted. */
      waiting: boolean
      /** 0 Chrome, 1 Firefox, 2 Opera, 3 Edge, 4 Safari. */
      btype: number
    }
  | { op: 1002 }
  | ({ op: 1003 } & CallFields)
  | { op: 1004; cid: string; sdp: string }
  | { op: 1005; cid: string; rc: number; mto: string }
  | { op: 1006; cid: string }
  /** `type`: 0 resume, 1 hold, 2 retrieve, 3 a new picture, 4 other media. */
  | { op: 1007; cid: string; type: number; sdp: string | undefined }
  | { op: 1008; cid: string; to: string }
  | { op: 1009; from: string; to: string; mid: string; msg: string }
  | { op: 1010; cid: string; cid2: string }
  | ({ op: 1011; nonce: string; ticket: string | undefined } & CallFields)
  | { op: 1012; cid: string; digit: string }
  | { op: 1013; cid: string; on: boolean }
  | { op: 1014; what: 'stop' | 'start' | 'list'; ext: string[] }
  | { op: 1015; cid: string; to: string; cid2: string }
  | { op: 1017; cid: string; quality: Quality }
  | { op: 1018; id: string }
)
export type CallFields = {
  to: string
  from: string
  disp: string
  cdata: string
  skill: string
  sdp: string
}
/** As the page measured it: 1 to 5, milliseconds, per cent, 0 to 1. */
export type Quality = Partial<Record<'mos' | 'rttMs' | 'jitterMs' | 'lossPercent' | 'level', number>>

export type CommandOp = Command['op']
export type CommandOf<Op extends CommandOp> = Extract<Command, { op: Op }>

/** A command that cannot be carried out as it stands. `op` 0: what it was meant to be cannot be told. */
export type Fault = { op: number; seq: Seq; code: number; reason: string }

/** What the server says: the acknowledgement of a command (its number and 1000), or an event. */
export type Pdu = {
  op: number
  /** Of an acknowledgement: the command's. */
  seq?: Seq
  /** Manual 4.3.1, with each command. */
  code?: number
  /** One plain English sentence. */
  reason?: string
  /** Of a guest's call: what stood against it, by name. */
  fault?: string
  /** What SIP said. */
  cause?: number
  nonce?: string
  cid?: string
  cid2?: string
  ucid?: string
  aid?: string
  agtel?: string
  state?: number | string
  sdp?: string
  kind?: 'answer' | 'offer'
  video?: boolean
  early?: boolean
  /** Only another peer connection serves. */
  anew?: boolean
  autoAnswer?: boolean
  /** A mailbox has answered. */
  voiceMail?: boolean
  from?: string
  to?: string
  disp?: string
  /** The other party, where it changed. */
  with?: string
  id?: string
  mid?: string
  msg?: string
  atMs?: number
  direction?: string
  ext?: string | readonly string[]
  lamp?: string
  remote?: string
  remoteName?: string
  blfxml?: string
  new?: number
  old?: number
  newUrgent?: number
  oldUrgent?: number
  exact?: boolean
  rec?: number
  pbook?: string
  cids?: readonly string[]
  resume?: string
  graceS?: number
  tel?: string
  name?: string
  features?: Readonly<Record<string, boolean>>
  limits?: Readonly<Record<string, number>>
}
