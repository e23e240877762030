import { err, ok, type Result } from '#lib/result'
import { type Alphabet, alphabetOf, septetsIn, septetsOf } from './alphabet.ts'
import { codingOf, isSeptets, withAlphabet } from './coding.ts'
import { concatElement } from './concat.ts'
import type { HeaderElement, UserData } from './contract.ts'
import { septetCuts, unitCuts } from './cut.ts'
import { ELEMENT, elementsLength } from './header.ts'
import { unpack } from './septets.ts'
import { ucs2Of } from './text.ts'
import { headerSize, MAX_OCTETS, MAX_SEPTETS } from './user-data.ts'

export type PartOptions = {
  /** Class, waiting indication and auto-delete are taken from it. With UCS-2 (or, for data, any alphabet) in it, that is used. */
  dcs?: number
  /** Elements for the header of every part, besides those for cutting and coding. */
  elements?: readonly HeaderElement[]
  /** For the parts of a long message; above 255 it takes 16 bits, as it does with `wide`. */
  reference?: number
  wide?: boolean
}

/** `national`: languages whose tables may be used when that saves parts, by TS 23.038 §6.2.1.2.4. None without it. */
export type TextOptions = PartOptions & { national?: readonly number[] }

export type Parts = { dcs: number; parts: UserData[] }

/** How a text would be sent. `units`: septets or UTF-16 units; `perPart`: how many of them a part holds. */
export type PartCount = { alphabet: 'gsm7' | 'ucs2'; parts: number; units: number; perPart: number }

/** `too-long`: it would take more than 255 parts. `no-room`: the elements leave none. */
export type PartsFault = 'too-long' | 'no-room'

const MAX_PARTS = 255

/** A text in one alphabet, cut. `cuts`: where parts begin, but for the first one. */
type Plan = {
  alphabet: 'gsm7' | 'ucs2'
  shifts: readonly HeaderElement[]
  septets?: Uint8Array
  units: number
  perPart: number
  cuts: number[]
}

const isWide = ({ reference = 0, wide = false }: PartOptions): boolean => wide || reference > 255

/** Octets or septets that are left for the payload: of a single part, and of each of several. */
const roomOf = (elements: readonly HeaderElement[], inSeptets: boolean, wide: boolean): [number, number] => {
  const own = elementsLength(elements)
  const room = (header: number) => {
    const { octets, septets } = headerSize(header)
    return inSeptets ? MAX_SEPTETS - septets : MAX_OCTETS - octets
  }
  return [room(own), room(own + (wide ? 6 : 5))]
}

const planSeptets = (
  text: string,
  alphabet: Alphabet,
  shifts: readonly HeaderElement[],
  options: PartOptions,
): Plan => {
  const septets = septetsOf(text, alphabet)
  const [single, each] = roomOf([...(options.elements ?? []), ...shifts], true, isWide(options))
  const whole = septets.length <= single
  const perPart = whole ? single : each
  const cuts = whole || each < 2 ? [] : septetCuts(septets, each)
  return { alphabet: 'gsm7', shifts, septets, units: septets.length, perPart, cuts }
}

const planUcs2 = (text: string, options: PartOptions): Plan => {
  const [single, each] = roomOf(options.elements ?? [], false, isWide(options))
  const whole = text.length * 2 <= single
  const perPart = (whole ? single : each) >> 1
  const cuts = whole || perPart < 2 ? [] : unitCuts(text, perPart)
  return { alphabet: 'ucs2', shifts: [], units: text.length, perPart, cuts }
}

const shift = (id: number, language: number): HeaderElement => ({ id, octets: Uint8Array.of(language) })

/** Every way to write the text with the tables of one language: its single shift, its locking shift, both. */
const nationalPlans = (text: string, language: number, options: PartOptions): Plan[] => {
  const plans: Plan[] = []
  for (const [locking, single] of [
    [0, language],
    [language, 0],
    [language, language],
  ] as const) {
    const alphabet = alphabetOf(locking, single)
    if (septetsIn(text, alphabet) === undefined) continue
    const shifts = [
      ...(locking ? [shift(ELEMENT.lockingShift, locking)] : []),
      ...(single ? [shift(ELEMENT.singleShift, single)] : []),
    ]
    plans.push(planSeptets(text, alphabet, shifts, options))
  }
  return plans
}

/** GSM 7-bit if it can say everything; else a national table if that saves parts; else UCS-2. */
const planOf = (text: string, options: TextOptions): Plan => {
  const wantsUcs2 = options.dcs !== undefined && codingOf(options.dcs).alphabet === 'ucs2'
  if (!wantsUcs2 && septetsIn(text, alphabetOf()) !== undefined)
    return planSeptets(text, alphabetOf(), [], options)
  let best = planUcs2(text, options)
  if (wantsUcs2) return best
  for (const language of options.national ?? [])
    for (const plan of nationalPlans(text, language, options))
      if (plan.cuts.length < best.cuts.length) best = plan
  return best
}

const fits = ({ cuts, units, perPart }: Plan): PartsFault | undefined => {
  if (cuts.length >= MAX_PARTS) return 'too-long'
  return cuts.length === 0 && units > perPart ? 'no-room' : undefined
}

/** More text than this fits in no way; it is not even looked at. */
const MOST = MAX_PARTS * MAX_SEPTETS

/** How many parts the text takes, without making them. */
export const countParts = (text: string, options: TextOptions = {}): Result<PartCount, PartsFault> => {
  if (text.length > MOST) return err('too-long')
  const plan = planOf(text, options)
  const fault = fits(plan)
  if (fault) return err(fault)
  const { alphabet, units, perPart, cuts } = plan
  return ok({ alphabet, parts: cuts.length + 1, units, perPart })
}

/** The text as one or several parts, TS 23.040 §9.2.3.24. */
export const textParts = (text: string, options: TextOptions = {}): Result<Parts, PartsFault> => {
  if (text.length > MOST) return err('too-long')
  const plan = planOf(text, options)
  const fault = fits(plan)
  if (fault) return err(fault)
  const payload = plan.septets ?? ucs2Of(text)
  const width = plan.septets ? 1 : 2
  const cuts = plan.cuts.map((cut) => cut * width)
  const parts = cutUp(payload, cuts, { ...options, elements: [...(options.elements ?? []), ...plan.shifts] })
  return ok({ dcs: withAlphabet(options.dcs ?? 0, plan.alphabet), parts })
}

/** Octets as one or several parts. With a coding of septets in `dcs`, they are packed septets, as TP-UD holds them. */
export const dataParts = (octets: Uint8Array, options: PartOptions = {}): Result<Parts, PartsFault> => {
  const { dcs = 0x04 } = options
  const inSeptets = isSeptets(dcs)
  const payload = inSeptets ? unpack(octets, Math.trunc((octets.length * 8) / 7)) : octets
  const [single, each] = roomOf(options.elements ?? [], inSeptets, isWide(options))
  if (payload.length <= single) return ok({ dcs, parts: cutUp(payload, [], options) })
  if (each < 2) return err('no-room')
  // Units of UCS-2 stay whole.
  const step = codingOf(dcs).alphabet === 'ucs2' ? each & ~1 : each
  if (payload.length > MAX_PARTS * step) return err('too-long')
  const cuts = inSeptets ? septetCuts(payload, step) : evenCuts(payload.length, step)
  return cuts.length >= MAX_PARTS ? err('too-long') : ok({ dcs, parts: cutUp(payload, cuts, options) })
}

const evenCuts = (length: number, step: number): number[] =>
  Array.from({ length: Math.ceil(length / step) - 1 }, (_, index) => (index + 1) * step)

const cutUp = (payload: Uint8Array, cuts: number[], options: PartOptions): UserData[] => {
  const { elements = [], reference = 0 } = options
  if (cuts.length === 0) return [{ elements, payload }]
  const total = cuts.length + 1
  const wide = isWide(options)
  return [0, ...cuts].map((from, index) => ({
    elements: [concatElement({ reference, wide, total, sequence: index + 1 }), ...elements],
    payload: payload.subarray(from, cuts[index]),
  }))
}
