const ORIGIN = /^o=(\S+) (\S+) (\d{1,20}) ([^\r\n]*)/m
const MEDIUM = /^m=(\S+) (\S+) (\S+) (\S+)[^\r\n]*/gm

/**
 * `next`, fit to follow `said` in one dialogue (RFC 3264 §8): the same session of the same origin, in a version that grows with
 * every change, and, in an offer, with a place for each medium that had one. A party that is moved to another call is described there by
 * others. What has no readable origin is left as it is.
 */
export const following = (said: string, next: string, isOffer: boolean): string => {
  const [before, now] = [ORIGIN.exec(said), ORIGIN.exec(next)]
  if (!before || !now) return next
  const [, name, id, version, place] = before
  const same = now[1] === name && now[2] === id && now[4] === place
  const grown = BigInt(now[3] ?? 0) > BigInt(version ?? 0)
  const origin = same && grown ? now[0] : `o=${name} ${id} ${BigInt(version ?? 0) + 1n} ${place}`
  const text = next.replace(now[0], () => origin)
  return isOffer ? withPlaces(said, text) : text
}

/** Media that are not offered any more keep their places, refused. */
const withPlaces = (said: string, next: string): string => {
  const [before, now] = [said.match(MEDIUM) ?? [], next.match(MEDIUM) ?? []]
  const gone = before.slice(now.length).map((line) => line.replace(MEDIUM, 'm=$1 0 $3 $4\r\n'))
  return gone.length === 0 ? next : `${next}${next.endsWith('\n') ? '' : '\r\n'}${gone.join('')}`
}

/** The answer to an offer that was made to fit, without the places that `given` did not ask for. */
export const answering = (given: string, answer: string): string => {
  const asked = given.match(MEDIUM)?.length ?? 0
  const beyond = [...answer.matchAll(MEDIUM)][asked]
  return beyond ? answer.slice(0, beyond.index) : answer
}
