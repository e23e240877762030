import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { aBareHouse } from './bare-calls.ts'

/** A program of its own, since the test runner's hooks keep promises alive: prints how many octets of a call become old. */
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as (options?: { type: 'minor' | 'major' }) => void

const oldOctets = (): number =>
  getHeapSpaceStatistics()
    .filter(({ space_name }) => space_name === 'old_space' || space_name === 'large_object_space')
    .reduce((sum, { space_used_size }) => sum + space_used_size, 0)

/** So many are over before the house's own functions have what they need. */
const WARM = 1500
const COUNT = 500
const TOGETHER = 20

const { house, run } = await aBareHouse()
let answered = 0
house.events.subscribe((event) => {
  if (event.kind === 'call.changed' && event.state === 'answered') answered++
})
await run(WARM, TOGETHER, () => {})
collect({ type: 'major' })
const before = oldOctets()
await run(COUNT, TOGETHER, (over) => {
  if (over % 50 === 0) collect({ type: 'minor' })
})
for (let i = 0; i < 2; i++) collect({ type: 'minor' })
const promoted = Math.round((oldOctets() - before) / COUNT)
const left = house.calls.count + house.legs.size
console.log(JSON.stringify({ unanswered: WARM + COUNT - answered, left, promoted }))
