import type { Timer, Timers } from '#lib/clock'
import type { Chance } from '../mobile/chance.ts'
import type { Radio, RadioResult } from '../mobile/radio.ts'
import type { GoipManner } from './contract.ts'

/** What all channels of a device share. */
export type Share = { sessions: number }

type BulkPorts = {
  timers: Timers
  chance: Chance
  radio: Radio
  manner: GoipManner
  share: Share
  password: string
  say: (text: string) => void
  /** A text has left, or has not. `reference`: its sms_no, when the firmware gives one. */
  onResult: (to: string, text: string, result: RadioResult, reference: number | undefined) => void
}

type Recipient = { to: string; words: string | undefined }
type Session = {
  sid: string
  text: string
  proven: boolean
  recipients: Map<string, Recipient>
  timer: Timer
}

const MOST_SESSIONS = 5
const WHOLE_MS = 90_000
const REMEMBERED = 10
const MOST_OCTETS = 3000

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
/** A device counts octets, and takes no more of the text than it was promised. */
const cut = (text: string, octets: number): string =>
  Buffer.byteLength(text) <= octets ? text : utf8.decode(Buffer.from(text).subarray(0, octets))

/** The device's side of "Process for Bulk SMS". */
export const createBulk = (ports: BulkPorts) => {
  const { timers, chance, radio, manner, share, password, say, onResult } = ports
  const { quirks } = manner
  const sessions = new Map<string, Session>()
  let references = chance.between(0, 200)

  const open = (sid: string, text: string, proven: boolean): Session => {
    share.sessions++
    const timer = timers.after(WHOLE_MS, () => close(sid))
    const session = { sid, text, proven, recipients: new Map<string, Recipient>(), timer }
    sessions.set(sid, session)
    return session
  }
  const close = (sid: string): void => {
    const session = sessions.get(sid)
    if (!session) return
    session.timer.cancel()
    sessions.delete(sid)
    share.sessions--
  }

  const onMsg = (sid: string, rest: string): void => {
    const [, length = '', text = ''] = /^(\d{1,5}) (.*)$/s.exec(rest) ?? []
    if (sessions.has(sid)) return say(`PASSWORD ${sid}\n`)
    if (length === '' || Number(length) > MOST_OCTETS) return say(`ERROR ${sid} LENGTH\n`)
    const refuses = quirks.has('busy') && chance.happens(50)
    if (share.sessions >= MOST_SESSIONS || refuses) return say(`ERROR ${sid} too many sessions\n`)
    open(sid, cut(text, Number(length)), false)
    say(`PASSWORD ${sid}\n`)
  }
  const onPassword = (session: Session | undefined, rest: string): void => {
    if (!session) return
    session.proven ||= rest === password
    say(session.proven ? `SEND ${session.sid}\n` : `ERROR ${session.sid} PASSWORD\n`)
  }

  const send = (session: Session, telid: string, to: string): void => {
    const { sid, recipients } = session
    const known = recipients.get(telid)
    if (known && (known.words !== undefined || !quirks.has('forgets')))
      return quirks.has('mute') ? undefined : say(known.words ?? `WAIT ${sid} ${telid}\n`)
    const recipient: Recipient = { to, words: undefined }
    recipients.set(telid, recipient)
    // Never more than one too many.
    if (recipients.size > REMEMBERED) recipients.delete(recipients.keys().next().value ?? '')
    if (!quirks.has('mute')) say(`WAIT ${sid} ${telid}\n`)
    radio.send(to, session.text, (result) => settle(session, telid, recipient, result))
  }
  const settle = ({ sid, text }: Session, telid: string, recipient: Recipient, result: RadioResult): void => {
    const counted = result.ok && !quirks.has('no-sms-no')
    if (counted) references = (references + 1) % 65_536
    const reference = counted ? references : undefined
    recipient.words = result.ok
      ? `OK ${sid} ${telid}${counted ? ` ${references}` : ''}\n`
      : `ERROR ${sid} ${telid} errorstatus:${result.error}\n`
    if (!quirks.has('polled') && !quirks.has('mute')) say(recipient.words)
    onResult(recipient.to, text, result, reference)
  }

  const onSend = (session: Session | undefined, rest: string): void => {
    const [, telid, to] = /^(-?\d{1,20}) (\S{1,64})$/.exec(rest) ?? []
    if (!session || telid === undefined || to === undefined) return
    if (session.proven) send(session, telid, to)
    else say(`ERROR ${session.sid} PASSWORD\n`)
  }
  /** A text without a session around it, newer firmware. */
  const onSms = (sid: string, rest: string): void => {
    const [, telid, word, to, text] = /^(-?\d{1,20}) (\S+) (\S{1,64}) (.*)$/s.exec(rest) ?? []
    if (telid === undefined || to === undefined || text === undefined) return
    if (word !== password) return say(`ERROR ${sid} ${telid} PASSWORD\n`)
    if (!sessions.has(sid) && share.sessions >= MOST_SESSIONS)
      return say(`ERROR ${sid} ${telid} too many sessions\n`)
    send(sessions.get(sid) ?? open(sid, text, true), telid, to)
  }
  const onDone = (sid: string): void => {
    if (quirks.has('ignores-done')) return
    close(sid)
    say(`DONE ${sid}\n`)
  }

  return {
    /** False: no word of this process. */
    take(word: string, sid: string, rest: string): boolean {
      if (word === 'MSG') onMsg(sid, rest)
      else if (word === 'PASSWORD') onPassword(sessions.get(sid), rest)
      else if (word === 'SEND') onSend(sessions.get(sid), rest)
      else if (word === 'SMS') onSms(sid, rest)
      else if (word === 'DONE') onDone(sid)
      else return false
      return true
    },
    clear(): void {
      for (const sid of [...sessions.keys()]) close(sid)
    },
  }
}
