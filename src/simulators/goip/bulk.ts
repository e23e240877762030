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

type Recipient = { telid: string; to: string; words: string | undefined }
type Session = {
  sid: string
  text: string
  proven: boolean
  recipients: Recipient[]
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
  /** So few that looking through them is cheaper than a map, which would intern every number it is asked for. */
  const sessions: Session[] = []
  let references = chance.between(0, 200)

  const open = (sid: string, text: string, proven: boolean): Session => {
    share.sessions++
    const timer = timers.after(WHOLE_MS, () => close(sid))
    const session = { sid, text, proven, recipients: [], timer }
    sessions.push(session)
    return session
  }
  const find = (sid: string): Session | undefined => sessions.find((session) => session.sid === sid)
  const close = (sid: string): void => {
    const at = sessions.findIndex((session) => session.sid === sid)
    if (at < 0) return
    sessions[at]?.timer.cancel()
    sessions.splice(at, 1)
    share.sessions--
  }

  const onMsg = (sid: string, rest: string): void => {
    const [, length = '', text = ''] = /^(\d{1,5}) (.*)$/s.exec(rest) ?? []
    if (find(sid)) return say(`PASSWORD ${sid}\n`)
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
    const known = recipients.find((recipient) => recipient.telid === telid)
    if (known && (known.words !== undefined || !quirks.has('forgets')))
      return quirks.has('mute') ? undefined : say(known.words ?? `WAIT ${sid} ${telid}\n`)
    const recipient: Recipient = { telid, to, words: undefined }
    if (known) recipients[recipients.indexOf(known)] = recipient
    else recipients.push(recipient)
    if (recipients.length > REMEMBERED) recipients.shift()
    if (!quirks.has('mute')) say(`WAIT ${sid} ${telid}\n`)
    radio.send(to, session.text, (result) => settle(session, recipient, result))
  }
  const settle = ({ sid, text }: Session, recipient: Recipient, result: RadioResult): void => {
    const { telid, to } = recipient
    const counted = result.ok && !quirks.has('no-sms-no')
    if (counted) references = (references + 1) % 65_536
    const reference = counted ? references : undefined
    recipient.words = result.ok
      ? `OK ${sid} ${telid}${counted ? ` ${references}` : ''}\n`
      : `ERROR ${sid} ${telid} errorstatus:${result.error}\n`
    if (!quirks.has('polled') && !quirks.has('mute')) say(recipient.words)
    onResult(to, text, result, reference)
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
    const session = find(sid)
    if (!session && share.sessions >= MOST_SESSIONS) return say(`ERROR ${sid} ${telid} too many sessions\n`)
    send(session ?? open(sid, text, true), telid, to)
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
      else if (word === 'PASSWORD') onPassword(find(sid), rest)
      else if (word === 'SEND') onSend(find(sid), rest)
      else if (word === 'SMS') onSms(sid, rest)
      else if (word === 'DONE') onDone(sid)
      else return false
      return true
    },
    clear(): void {
      for (const { sid } of [...sessions]) close(sid)
    },
  }
}
