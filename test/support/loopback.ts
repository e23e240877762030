import { randomInt } from 'node:crypto'

const given = new Set<string>()

/** A loopback address of its own for each peer, so that all of them may use their protocols' usual ports. */
export const freshAddress = (): string => {
  for (;;) {
    const address = `127.${randomInt(16, 250)}.${randomInt(1, 250)}.${randomInt(1, 250)}`
    if (given.has(address)) continue
    given.add(address)
    return address
  }
}
