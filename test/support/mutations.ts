/** Repeatable damage: the same number gives the same noise, so that a finding can be found again. */
export type Chance = {
  below(limit: number): number
  pick<T>(list: readonly T[]): T
  bytes(count: number): Buffer
}

/** Mulberry32. */
export const createChance = (seed: number): Chance => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let value = Math.imul(state ^ (state >>> 15), state | 1)
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61)
    return (value ^ (value >>> 14)) >>> 0
  }
  const below = (limit: number): number => next() % limit
  return {
    below,
    pick: (list) => list[below(list.length)] as (typeof list)[number],
    bytes: (count) => Buffer.from(Array.from({ length: count }, () => next() & 0xff)),
  }
}

/** What parsers stumble over. */
const STONES = [
  ...[
    '\0',
    '\r',
    '\n',
    '\r\n',
    '\r\n\r\n',
    '"',
    '\\',
    '<',
    '>',
    ',',
    ';',
    ';;',
    '=',
    ':',
    '@',
    '%',
    '%00',
    '%zz',
  ],
  ...['[', ']', '[::', '::ffff:', '*', '\t', ' ', '(', ')', '\xff', '\xc3\x28', '\u{1f}', '-1', '4294967296'],
  ...['99999999999999999999', '1e9', 'NaN', '__proto__', 'constructor', 'Content-Length: 65535\r\n'],
  ...[
    'Via: SIP/2.0/UDP 127.0.0.1\r\n',
    'Route: <sip:127.0.0.1;lr>\r\n',
    ';rport',
    ';maddr=127.0.0.1',
    'a'.repeat(2000),
  ],
].map((text) => Buffer.from(text, 'latin1'))

const splice = (octets: Buffer, at: number, gone: number, instead: Buffer): Buffer =>
  Buffer.concat([octets.subarray(0, at), instead, octets.subarray(at + gone)])

/** One to four wounds: flipped, lost, doubled and foreign octets, a cut, half of another message. */
export const mutated = (chance: Chance, seeds: readonly Buffer[]): Buffer => {
  let octets: Buffer = Buffer.from(chance.pick(seeds))
  for (let wounds = 1 + chance.below(4); wounds > 0 && octets.length > 0; wounds--) {
    const at = chance.below(octets.length)
    const some = 1 + chance.below(Math.min(40, octets.length - at))
    const kind = chance.below(6)
    if (kind === 0) octets[at] = (octets[at] as number) ^ (1 << chance.below(8))
    else if (kind === 1) octets = splice(octets, at, some, Buffer.alloc(0))
    else if (kind === 2) octets = splice(octets, at, 0, octets.subarray(at, at + some))
    else if (kind === 3) octets = splice(octets, at, chance.below(2) * some, chance.pick(STONES))
    else if (kind === 4) octets = octets.subarray(0, at)
    else octets = Buffer.concat([octets.subarray(0, at), chance.pick(seeds).subarray(at)])
  }
  return octets.subarray(0, 65_000)
}

/** Nothing but noise, now and then with the beginning of something. */
export const noise = (chance: Chance): Buffer =>
  Buffer.concat([
    Buffer.from(chance.pick(['', '', 'INVITE sip:', 'SIP/2.0 200 OK\r\n', '\r\n\r\n', 'GET / HTTP/1.1\r\n'])),
    chance.bytes(chance.below(400)),
  ])
