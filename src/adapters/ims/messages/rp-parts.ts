import type { MessageRecord, Subscriber } from '#core'
import { fromHex } from '#lib/bytes'
import { err, ok, type Result } from '#lib/result'
import {
  addressOf,
  dataParts,
  decodeElements,
  encodeDeliver,
  encodeStatusReport,
  type HeaderElement,
  LANGUAGES,
  type Parts,
  type PartsFault,
  smsTime,
  textParts,
  type UserData,
} from '#sms'
import { shortNameOf } from './names.ts'

/** By number, TS 23.038 §6.2.1.2.4; 0 is the default alphabet. */
const NATIONAL = LANGUAGES.map((_, number) => number).slice(1)

export type PartSettings = { nationalTables: boolean }

/** Moments are told in the zone of this machine, TS 23.040 §9.2.3.11. */
const localTime = (atMs: number) => smsTime(atMs, -new Date(atMs).getTimezoneOffset())

const elementsOf = (udh: string | undefined): readonly HeaderElement[] => {
  const octets = udh === undefined ? undefined : fromHex(udh)
  return octets ? decodeElements(octets) : []
}

/** The same for every attempt, TS 23.040 §9.2.3.24.1. */
const concatenationOf = (id: string): number => {
  let sum = 0
  for (let i = 0; i < id.length; i++) sum = (Math.imul(sum, 37) + id.charCodeAt(i)) & 0xff
  return sum
}

const partsOf = (
  { id, body }: MessageRecord,
  { nationalTables }: PartSettings,
): Result<Parts, PartsFault | 'octets'> | undefined => {
  const reference = concatenationOf(id)
  if (body.kind === 'report') return undefined
  const common = { reference, elements: elementsOf(body.udh) }
  if (body.kind === 'text')
    return textParts(body.text, {
      ...common,
      ...(body.dcs !== undefined && { dcs: body.dcs }),
      ...(nationalTables && { national: NATIONAL }),
    })
  const octets = fromHex(body.octets)
  return octets ? dataParts(octets, { ...common, dcs: body.dcs }) : err('octets')
}

const FAULTS: Record<PartsFault | 'octets', string> = {
  'too-long': 'too long: more than 255 parts',
  'no-room': 'its header leaves no room for content',
  octets: 'its content is not hexadecimal',
}

/** TPDUs for a handset, TS 23.040 §9.2.2.1 and §9.2.2.3; an error says in words why there are none. */
export const tpdusOf = (
  message: MessageRecord,
  sender: Subscriber | undefined,
  settings: PartSettings,
): Result<Uint8Array[], string> => {
  const { body, from, pid, acceptedAtMs } = message
  if (body.kind === 'report') return ok([statusReport(body)])
  const parts = partsOf(message, settings)
  if (!parts) return ok([])
  if (!parts.ok) return err(FAULTS[parts.error])
  const { dcs, parts: list } = parts.value
  const originator = addressOf(shortNameOf(from, sender))
  const deliver = (userData: UserData, index: number) =>
    encodeDeliver({
      ...{ kind: 'deliver', originator, pid, dcs, time: localTime(acceptedAtMs), userData },
      moreMessages: index < list.length - 1,
      ...{ loopPrevention: false, reportIndication: false, replyPath: false },
    })
  return ok(list.map(deliver))
}

const statusReport = (body: MessageRecord['body'] & { kind: 'report' }): Uint8Array =>
  encodeStatusReport({
    kind: 'status-report',
    reference: body.reference,
    recipient: addressOf(shortNameOf(body.recipient)),
    time: localTime(body.atMs),
    doneTime: localTime(body.doneAtMs),
    status: body.status,
    ...{ moreMessages: false, loopPrevention: false, ofCommand: false },
  })
