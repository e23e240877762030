import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fastRadio } from '#simulators'
import { startGatewayTown } from '../support/gateway-town.ts'
import { bugsOf } from '../support/vitals.ts'
import { sleep, until } from '../support/wait.ts'

const [TEXTS, KILLS] = [160, 6]

/** Each life ends at another moment: before a text was handed over, between a result and its 200, in between. */
test('texts by an Ejoin while the process dies again and again: none twice, and what is said of each is true', {
  timeout: 400_000,
}, async (t) => {
  const radio = { ...fastRadio, leastMs: 300, mostMs: 900 }
  const town = await startGatewayTown({
    boxes: {
      box1: { kind: 'ejoin', ports: 8, manner: { radio, postAgainMs: 1500 }, device: { send_timeout: 10 } },
    },
  })
  try {
    await town.registered(8)
    const ids = await Promise.all(
      Array.from({ length: TEXTS }, (_, n) => town.send(`+1555${String(n).padStart(7, '0')}`, `text ${n}`)),
    )
    const bugs: string[] = []
    for (let kill = 0; kill < KILLS; kill++) {
      await sleep(700 + 230 * kill)
      bugs.push(...bugsOf(town.house))
      await town.restart()
    }
    const states = await until(
      'every text has an end',
      async () => {
        const views = await Promise.all(ids.map((id) => town.text(id)))
        const found = views.map(({ state }) => state)
        return found.every((state) => !['queued', 'submitting'].includes(state)) && found
      },
      { timeoutMs: 300_000, everyMs: 2000 },
    )
    const left = new Map<string, number>()
    for (const { text } of town.left) left.set(text, (left.get(text) ?? 0) + 1)
    const wrong = states.flatMap((state, n) => {
      const times = left.get(`text ${n}`) ?? 0
      const isTrue = state === 'unknown' ? times <= 1 : times === 1 && /^(?:sent|delivered)$/.test(state)
      return isTrue ? [] : [`text ${n}: ${state}, left ${times} times`]
    })
    const unknown = states.filter((state) => state === 'unknown').length
    t.diagnostic(`${unknown} of ${TEXTS} unknown after ${KILLS} deaths`)
    assert.deepEqual([wrong, bugs], [[], []])
    // Those that were on disk, and not yet in the device's hands: nobody can know.
    assert.ok(unknown <= 2 * KILLS, `${unknown} unknown`)
  } finally {
    await town.stop()
  }
})
