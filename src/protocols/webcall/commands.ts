import { err, ok, type Result } from '#lib/result'
import type { Frame } from './frame.ts'
import type { CallFields, Command, Fault, Quality } from './pdu.ts'

type Read = {
  text(name: string): string
  some(name: string): string | undefined
  list(name: string): string[]
}
type Body<C = Command> = C extends unknown ? Omit<C, 'seq'> : never

/** Nothing but the description, a text, a token and a list is ever long. */
const MOST = 512
const MOST_CTI = 4096
const LONG = new Set(['sdp', 'msg', 'token', 'ticket', 'cdata', 'skill', 'ext'])

const callOf = ({ text }: Read): CallFields => ({
  to: text('to'),
  from: text('from'),
  disp: text('disp'),
  cdata: text('cdata').slice(0, MOST_CTI),
  skill: text('skill').slice(0, MOST_CTI),
  sdp: text('sdp'),
})

const isOn = (value: string): boolean => value === '1' || value === 'true'
const BLF: Readonly<Record<string, 'stop' | 'start' | 'list'>> = { 0: 'stop', 1: 'start', 2: 'list' }

const qualityOf = ({ text }: Read): Quality => {
  const quality: Quality = {}
  for (const name of ['mos', 'rttMs', 'jitterMs', 'lossPercent', 'level'] as const) {
    const value = Number.parseFloat(text(name))
    if (Number.isFinite(value) && value >= 0) quality[name] = value
  }
  return quality
}

/** A string says what is missing or wrong, in words for the one who writes the client. */
const READERS: Readonly<Record<number, (read: Read) => Body | string>> = {
  1000: () => ({ op: 1000 }),
  1001: ({ text, some }) => {
    const tel = text('tel') || text('usr')
    if (tel === '') return 'tel is missing.'
    const btype = Number.parseInt(text('btype') || '0', 10)
    return {
      op: 1001,
      ...{ tel, usr: text('usr') || tel, client: text('client').slice(0, 100) },
      ...{ pwd: some('pwd'), token: some('token'), resume: some('resume') },
      ...{ mwi: isOn(text('mwi')), waiting: isOn(text('waiting')) },
      btype: btype >= 0 && btype <= 9 ? btype : 0,
    }
  },
  1002: () => ({ op: 1002 }),
  1003: (read) => missingOf(read, 'to', 'sdp') ?? { op: 1003, ...callOf(read) },
  1004: (read) => missingOf(read, 'cid', 'sdp') ?? { op: 1004, cid: read.text('cid'), sdp: read.text('sdp') },
  1005: (read) => {
    const rc = Number(read.text('rc') || '486')
    if (!Number.isInteger(rc) || rc < 300 || rc > 699) return 'rc is not a SIP status from 300 to 699.'
    if (rc === 302 && read.text('mto') === '') return 'mto is missing: where the call shall go.'
    return missingOf(read, 'cid') ?? { op: 1005, cid: read.text('cid'), rc, mto: read.text('mto') }
  },
  1006: (read) => missingOf(read, 'cid') ?? { op: 1006, cid: read.text('cid') },
  1007: (read) => {
    const type = Number(read.text('type') || Number.NaN)
    if (!Number.isInteger(type) || type < 0 || type > 4) return 'type is not 0, 1, 2, 3 or 4.'
    return missingOf(read, 'cid') ?? { op: 1007, cid: read.text('cid'), type, sdp: read.some('sdp') }
  },
  1008: (read) => missingOf(read, 'cid', 'rto') ?? { op: 1008, cid: read.text('cid'), to: read.text('rto') },
  1009: (read) => {
    const { text } = read
    const fields = { from: text('from'), to: text('to'), mid: text('mid'), msg: text('msg') }
    return missingOf(read, 'to', 'msg') ?? { op: 1009, ...fields }
  },
  1010: ({ text }) => {
    const [cid, cid2] = [text('cid'), text('cid2')]
    return cid === '' && cid2 === '' ? 'cid is missing.' : { op: 1010, cid, cid2 }
  },
  1011: (read) =>
    missingOf(read, 'to', 'sdp', 'nonce') ?? {
      op: 1011,
      ...{ nonce: read.text('nonce'), ticket: read.some('ticket'), ...callOf(read) },
    },
  1012: (read) => {
    const digit = read.text('dtmf').toUpperCase()
    if (!/^[0-9*#A-D]$/.test(digit)) return 'dtmf is not one of 0-9 * # A-D.'
    return missingOf(read, 'cid') ?? { op: 1012, cid: read.text('cid'), digit }
  },
  1013: (read) =>
    missingOf(read, 'cid', 'rec') ?? { op: 1013, cid: read.text('cid'), on: isOn(read.text('rec')) },
  1014: ({ text, list }) => {
    const what = BLF[text('blf')]
    const ext = list('ext').flatMap((item) => item.split(','))
    const names = ext.map((name) => name.trim().slice(0, MOST)).filter((name) => name !== '')
    return what ? { op: 1014, what, ext: [...new Set(names)] } : 'blf is not 0, 1 or 2.'
  },
  1015: (read) => {
    const [to, cid2] = [read.text('to'), read.text('cid2')]
    if (to === '' && cid2 === '') return 'to or cid2 is missing.'
    return missingOf(read, 'cid') ?? { op: 1015, cid: read.text('cid'), to, cid2 }
  },
  1017: (read) => missingOf(read, 'cid') ?? { op: 1017, cid: read.text('cid'), quality: qualityOf(read) },
  1018: (read) => missingOf(read, 'id') ?? { op: 1018, id: read.text('id') },
}

const missingOf = ({ text }: Read, ...names: string[]): string | undefined => {
  const missing = names.find((name) => text(name) === '')
  return missing === undefined ? undefined : `${missing} is missing.`
}

/** The command that a frame of either dialect is. */
export const commandOf = ({ op, seq, fields }: Frame): Result<Command, Fault> => {
  const fault = (reason: string): Result<never, Fault> => err({ op, seq, code: -2, reason })
  const reader = READERS[op]
  if (!reader) return fault('This op is not known here.')
  for (const [name, [first = '']] of fields)
    if (first.length > MOST && !LONG.has(name)) return fault(`${name.slice(0, 20)} is too long.`)
  const some = (name: string): string | undefined => fields.get(name)?.[0]
  const body = reader({
    some,
    text: (name) => some(name) ?? '',
    list: (name) => [...(fields.get(name) ?? [])],
  })
  return typeof body === 'string' ? fault(body) : ok({ ...body, seq } as Command)
}
