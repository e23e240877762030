const ORIGIN = /^o=(\S+) (\S+) (\d{1,20}) ([^\r\n]*)/m
const MEDIUM = /^m=(\S+) \S+ (\S+) (\S+)/gm

/** The m= line with all that belongs to it. */
type Section = { kind: string; text: string; refused: string }

const partsOf = (sdp: string): { session: string; media: Section[] } => {
  const found = [...sdp.matchAll(MEDIUM)]
  const media = found.map(({ index, 1: kind = '', 2: protocol, 3: format }, at) => ({
    ...{ kind: kind.toLowerCase(), text: sdp.slice(index, found[at + 1]?.index) },
    refused: `m=${kind} 0 ${protocol} ${format}\r\n`,
  }))
  return { session: sdp.slice(0, found[0]?.index), media }
}

const closed = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\r\n`)

/** Takes the media of a kind one by one, in their order. */
const takerOf = (media: readonly Section[]) => {
  const byKind = Map.groupBy(media.toReversed(), ({ kind }) => kind)
  return ({ kind }: Section): Section | undefined => byKind.get(kind)?.pop()
}

/**
 * `next`, fit to follow `said` in one dialogue (RFC 3264 §8): the same session of the same origin, in a version that grows with
 * every change, and, in an offer, with each medium at the place that one of its kind had. A party that is moved to another call is
 * described there by others. What has no readable origin is left as it is.
 */
export const following = (said: string, next: string, isOffer: boolean): string => {
  const [before, now] = [ORIGIN.exec(said), ORIGIN.exec(next)]
  if (!before || !now) return next
  const [, name, id, version, place] = before
  const same = now[1] === name && now[2] === id && now[4] === place
  const grown = BigInt(now[3] ?? 0) > BigInt(version ?? 0)
  const origin = same && grown ? now[0] : `o=${name} ${id} ${BigInt(version ?? 0) + 1n} ${place}`
  const text = next.replace(now[0], () => origin)
  return isOffer ? placed(said, text) : text
}

/** A place keeps its kind: a medium that is not offered any more is refused there, what is new comes after all of them. */
const placed = (said: string, next: string): string => {
  const [before, now] = [partsOf(said).media, partsOf(next)]
  const isFit =
    before.length <= now.media.length && before.every(({ kind }, at) => now.media[at]?.kind === kind)
  if (isFit) return next
  const kept = before.map(takerOf(now.media))
  const taken = new Set(kept)
  const told = before.map(({ refused }, at) => kept[at]?.text ?? refused)
  const added = now.media.filter((one) => !taken.has(one)).map(({ text }) => text)
  return [now.session, ...told, ...added].map(closed).join('')
}

/** The answer to an offer that was made to fit: of `given`'s media, in their order, without the places that it did not ask for. */
export const answering = (given: string, answer: string): string => {
  const [asked, { session, media }] = [partsOf(given).media, partsOf(answer)]
  const common = media.slice(0, asked.length)
  if (common.every(({ kind }, at) => asked[at]?.kind === kind))
    return common.length === media.length ? answer : [session, ...common.map(({ text }) => text)].join('')
  const found = asked.map(takerOf(media))
  const last = found.findLastIndex((one) => one !== undefined)
  const told = asked.slice(0, last + 1).map(({ refused }, at) => found[at]?.text ?? refused)
  return [session, ...told].map(closed).join('')
}
