import type { Timers } from '#lib/clock'
import type { Random } from '#lib/random'
import {
  addressOf,
  encodeRp,
  encodeSubmit,
  type Rp,
  rpCauseName,
  type SmsAddress,
  textParts,
  type UserData,
  validityOf,
} from '#sms'
import { type UeIdentity, uriOf } from '../ue-identity.ts'
import type { TextReport, TextWish } from './contract.ts'
import { type Post, SMS_TYPE } from './post.ts'

/** TR1M, TS 24.011 §10: how long the handset waits for the service centre's word. */
const TR1M_MS = 40_000

/** What the network said of one RPDU of ours. */
type Word = { kind: 'ack' } | { kind: 'error'; cause: number } | { kind: 'silent' }
type Waiting = { callId: string; hear: (word: Word) => void }
type Said = { word: Word; status: number; reason: string }

export type OutboxPorts = {
  timers: Timers
  random: Random
  identity: UeIdentity
  /** Number of the service centre, and the URI that requests for it go to. */
  smsc: SmsAddress
  centre: string
  post: Post
}

const encoder = new TextEncoder()
const isTaken = (status: number): boolean => status >= 200 && status < 300

/** Texts that leave the handset: TS 24.341 §5.3.1, TS 24.011 §6.3.1. */
export const createOutbox = ({ timers, random, identity, smsc, centre, post }: OutboxPorts) => {
  /** RPDUs that wait for an RP-ACK or RP-ERROR, by their reference. */
  const waiting = new Map<number, Waiting>()
  const counter = () => {
    let value = random.bytes(1)[0] as number
    return (): number => {
      value = (value + 1) & 0xff
      return value
    }
  }
  const [nextRp, nextTp, nextLong] = [counter(), counter(), counter()]

  /** Carries one RPDU, and waits for what the network says of it. */
  const carry = async (make: (reference: number) => Rp): Promise<Said> => {
    const reference = nextRp()
    const callId = random.token(20)
    const heard = Promise.withResolvers<Word>()
    const entry = { callId, hear: heard.resolve }
    waiting.set(reference, entry)
    const response = await post({
      uri: centre,
      type: SMS_TYPE,
      headers: [['Request-Disposition', 'no-fork']],
      body: encodeRp(make(reference)),
      callId,
    })
    const { status, reason } = response
    if (!isTaken(status)) heard.resolve({ kind: 'silent' })
    const patience = timers.after(TR1M_MS, () => heard.resolve({ kind: 'silent' }))
    const word = await heard.promise
    patience.cancel()
    if (waiting.get(reference) === entry) waiting.delete(reference)
    return { word, status, reason }
  }

  const submit = (to: SmsAddress, dcs: number, userData: UserData, wish: TextWish, mr: number) =>
    carry((reference) => ({
      kind: 'data',
      direction: 'mo',
      reference,
      destination: smsc,
      tpdu: encodeSubmit({
        kind: 'submit',
        reference: mr,
        destination: to,
        pid: 0,
        dcs,
        ...(wish.validityS !== undefined && { validity: validityOf(wish.validityS) }),
        userData,
        rejectDuplicates: false,
        reportWanted: wish.statusReport === true,
        replyPath: false,
      }),
    }))

  /** Part by part, each acknowledged before the next, as handsets do. */
  const asSms = async (to: string, text: string, wish: TextWish): Promise<TextReport> => {
    const report: TextReport = { to, form: 'sms', ok: false, parts: 0, status: 0, reason: '', references: [] }
    const made = textParts(text, { reference: nextLong(), ...(wish.national && { national: wish.national }) })
    if (!made.ok) return { ...report, reason: made.error }
    const { dcs, parts } = made.value
    report.parts = parts.length
    for (const userData of parts) {
      const mr = nextTp()
      report.references.push(mr)
      const { word, status, reason } = await submit(addressOf(to), dcs, userData, wish, mr)
      report.status = status
      if (word.kind === 'error') return { ...report, cause: word.cause, reason: rpCauseName(word.cause) }
      if (word.kind === 'silent') return { ...report, reason: isTaken(status) ? 'no submit report' : reason }
    }
    return { ...report, ok: true, reason: 'RP-ACK' }
  }

  const asPlain = async (to: string, text: string): Promise<TextReport> => {
    const { status, reason } = await post({
      uri: uriOf(to, identity.domain),
      type: 'text/plain;charset=UTF-8',
      body: encoder.encode(text),
      callId: random.token(20),
    })
    return { to, form: 'plain', ok: isTaken(status), parts: 1, status, reason, references: [] }
  }

  return {
    send: (to: string, text: string, wish: TextWish): Promise<TextReport> =>
      wish.plain === true || !identity.sim ? asPlain(to, text) : asSms(to, text, wish),
    /** RP-SMMA, TS 24.011 §6.3.3: true when it was acknowledged. */
    async memoryAvailable(): Promise<boolean> {
      const { word } = await carry((reference) => ({ kind: 'smma', direction: 'mo', reference }))
      return word.kind === 'ack'
    },
    /** An RP-ACK or RP-ERROR of the network; `answered`: In-Reply-To, where the network says it. False when none waits. */
    hear(rp: Rp & { kind: 'ack' | 'error' }, answered: string | undefined): boolean {
      const entry = waiting.get(rp.reference)
      if (!entry || (answered !== undefined && answered.trim() !== entry.callId)) return false
      entry.hear(rp.kind === 'ack' ? { kind: 'ack' } : { kind: 'error', cause: rp.cause })
      return true
    },
  }
}
export type Outbox = ReturnType<typeof createOutbox>
