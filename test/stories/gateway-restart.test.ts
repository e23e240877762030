import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { fastRadio } from '#simulators'
import { type BoxWish, type GatewayTown, startGatewayTown } from '../support/gateway-town.ts'
import { bugsOf } from '../support/vitals.ts'

/** Texts are in the air for longer than a restart takes. */
const radio = { ...fastRadio, leastMs: 5000, mostMs: 6000 }
const TEXTS = 4

const BOXES: Record<string, BoxWish> = {
  Ejoin: {
    kind: 'ejoin',
    ports: TEXTS,
    manner: { radio, postAgainMs: 1500, switches: new Set(['received'] as const) },
  },
  'Ejoin that reports each text by itself (API 3)': {
    kind: 'ejoin',
    ports: TEXTS,
    manner: { radio, postAgainMs: 1500, switches: new Set(['sent', 'received'] as const) },
    device: { api: 'v3' },
  },
  GoIP: { kind: 'goip', lines: TEXTS, manner: { radio, keepaliveMs: 500, undelivered: 0 } },
}

describe('kill -9 while texts are in the hands of a simulated gateway', { concurrency: true }, () => {
  for (const [kind, box] of Object.entries(BOXES))
    describe(kind, () => {
      let town: GatewayTown
      before(async () => {
        town = await startGatewayTown({ boxes: { box1: box } })
        await town.registered(TEXTS)
      })
      after(() => town?.stop())

      test('what it says after the restart ends them: none unknown, none twice', {
        timeout: 60_000,
      }, async () => {
        const numbers = Array.from({ length: TEXTS }, (_, n) => `+155590000${n}0`)
        const ids = await Promise.all(numbers.map((to, n) => town.send(to, `text ${n}`)))
        for (const id of ids) await town.ends(id, 'submitting')
        await town.die()
        assert.equal(town.left.length, 0, 'they were still in the air')
        for (const id of ids) {
          const { timeline } = await town.ends(id, 'delivered')
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
})
