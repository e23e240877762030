import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type BoxWish, type GatewayTown, heldRadio, startGatewayTown, type TextView } from './gateway-town.ts'
import { bugsOf } from './vitals.ts'
import { until } from './wait.ts'

type Kind = 'Ejoin' | 'Ejoin by API 3' | 'GoIP'

const TEXTS = 4

const BOXES: Record<Kind, BoxWish> = {
  Ejoin: {
    kind: 'ejoin',
    ports: TEXTS,
    manner: { radio: heldRadio, switches: new Set(['received'] as const) },
  },
  'Ejoin by API 3': {
    kind: 'ejoin',
    ports: TEXTS,
    manner: { radio: heldRadio, switches: new Set(['sent', 'received'] as const) },
    device: { api: 'v3' },
  },
  GoIP: { kind: 'goip', lines: TEXTS, manner: { radio: heldRadio, keepaliveMs: 500, undelivered: 0 } },
}

const delivered = (text: TextView): TextView | false => text.state === 'delivered' && text

/** Texts in the hands of a device while the house dies, or is stopped, and another one begins: they end as if nothing had been. */
export const tellRestart = (kind: Kind, how: 'kill9' | 'stop'): void => {
  describe(`${kind}, ${how}`, () => {
    let town: GatewayTown
    before(async () => {
      town = await startGatewayTown({ boxes: { box1: BOXES[kind] } })
      await town.registered(TEXTS)
    })
    after(() => town?.stop())

    test('what it says afterwards ends them: none unknown, none twice', { timeout: 90_000 }, async () => {
      const numbers = Array.from({ length: TEXTS }, (_, n) => `+155590000${n}0`)
      const ids = await Promise.all(numbers.map((to, n) => town.send(to, `text ${n}`)))
      for (const id of ids) await town.ends(id, 'submitting')
      await until('they are in the air', () => town.inTheAir === TEXTS)
      await town.restart(how)
      assert.equal(town.left.length, 0)
      town.letGo()
      for (const id of ids) {
        const { timeline } = await until(`${id} is delivered`, async () => delivered(await town.text(id)), {
          timeoutMs: 40_000,
          everyMs: 200,
        })
        assert.deepEqual(
          timeline.map(({ state }) => state),
          ['queued', 'submitting', 'sent', 'delivered'],
        )
      }
      assert.deepEqual(
        town.left.map(({ text }) => text).toSorted(),
        ids.map((_, n) => `text ${n}`),
      )
      assert.deepEqual(bugsOf(town.house), [])
    })
  })
}
