import { addressText, type Concat, concatOf, type Deliver, textOf } from '#sms'

/** Long messages under way at once; the oldest gives way. */
const MOST_UNFINISHED = 50

type Unfinished = { parts: Map<number, string>; total: number }

const keyOf = ({ originator, dcs }: Deliver, { reference, wide, total }: Concat): string =>
  `${addressText(originator)} ${dcs} ${wide} ${reference} ${total}`

/** Joins the parts of long texts, TS 23.040 §9.2.3.24.1. */
export const createAssembly = () => {
  const unfinished = new Map<string, Unfinished>()

  return {
    /** The whole text and its number of parts; undefined while some are missing, or when it is no text. */
    take(deliver: Deliver): { text: string; parts: number } | undefined {
      const text = textOf(deliver.userData, deliver.dcs)
      const concat = concatOf(deliver.userData.elements)
      if (text === undefined || !concat || concat.total === 1)
        return text === undefined ? undefined : { text: text.toWellFormed(), parts: 1 }
      const key = keyOf(deliver, concat)
      const entry = unfinished.get(key) ?? { parts: new Map(), total: concat.total }
      entry.parts.set(concat.sequence, text)
      if (entry.parts.size === entry.total) {
        unfinished.delete(key)
        return { text: joined(entry), parts: entry.total }
      }
      unfinished.set(key, entry)
      const [oldest] = unfinished.keys()
      if (unfinished.size > MOST_UNFINISHED && oldest !== undefined) unfinished.delete(oldest)
      return undefined
    },
  }
}
export type Assembly = ReturnType<typeof createAssembly>

const joined = ({ parts, total }: Unfinished): string =>
  Array.from({ length: total }, (_, index) => parts.get(index + 1) ?? '')
    .join('')
    .toWellFormed()
