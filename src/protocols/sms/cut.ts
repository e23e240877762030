import { ESCAPE } from './alphabet.ts'

/** Where to cut septets so that at most `limit` stand before: never between an escape and its partner. */
export const septetCuts = (septets: Uint8Array, limit: number): number[] => {
  const cuts: number[] = []
  for (let at = 0; at + limit < septets.length; ) {
    let cut = at + limit
    // Pairs are found from the front of the part: what stands before the cut may itself be the partner of an escape.
    if (endsInEscape(septets, at, cut)) cut--
    cuts.push(cut)
    at = cut
  }
  return cuts
}

const endsInEscape = (septets: Uint8Array, from: number, to: number): boolean => {
  let escapes = 0
  while (to - escapes > from && septets[to - escapes - 1] === ESCAPE) escapes++
  return escapes % 2 === 1
}

/** Made at the first long text: it takes a while. */
let segmenter: Intl.Segmenter | undefined

/** How much of a part is given up at most to keep together what a reader takes for one character. */
const GIVEN_UP = 16

/** The same for UTF-16 units: never between the halves of a pair, nor within a grapheme of ordinary length. */
export const unitCuts = (text: string, limit: number): number[] => {
  const cuts: number[] = []
  for (let at = 0; at + limit < text.length; ) {
    const cut = unitCut(text, at, at + limit)
    cuts.push(cut)
    at = cut
  }
  return cuts
}

const unitCut = (text: string, from: number, wanted: number): number => {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  const start = Math.max(from, wanted - 2 * GIVEN_UP)
  const grapheme = segmenter.segment(text.slice(start, wanted + GIVEN_UP)).containing(wanted - start)
  const cut = grapheme ? start + grapheme.index : wanted
  if (cut > from && wanted - cut <= GIVEN_UP) return cut
  return isLowHalf(text, wanted) && isHighHalf(text, wanted - 1) && wanted - 1 > from ? wanted - 1 : wanted
}

const isHighHalf = (text: string, at: number): boolean => (text.charCodeAt(at) & 0xfc00) === 0xd800
const isLowHalf = (text: string, at: number): boolean => (text.charCodeAt(at) & 0xfc00) === 0xdc00
