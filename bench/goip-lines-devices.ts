import { createTimers } from '#lib/timers'
import {
  createChance,
  createGoipDevice,
  createMobileNetwork,
  realGoip,
  realRadio,
  simCardAt,
} from '#simulators'
import { openUdp } from '../test/support/udp-socket.ts'
import { sleep } from '../test/support/wait.ts'
import { type DevicesPlan, idOf, LINES_OF_A_DEVICE } from './goip-lines.ts'

const APART_MS = 2

/** Simulated GoIP devices of `bench/goip-lines.ts`, in a process of their own. A text takes 1 to 2 s. */
const start = async ({ port, from, to, texts }: DevicesPlan): Promise<void> => {
  const timers = createTimers()
  const chance = createChance(from + 1)
  const left = new Uint8Array(texts)
  const network = createMobileNetwork({
    timers,
    onLeft: ({ text }) => {
      const index = Number(text.slice(5))
      left[index] = (left[index] ?? 0) + 1
    },
  })
  const manner = { ...realGoip, radio: { ...realRadio, leastMs: 1000, mostMs: 2000 } }
  const server = { address: '127.0.0.1', port }
  const ports = { timers, chance, network, server, openSocket: () => openUdp(0, server) }
  for (let first = from; first < to; first += LINES_OF_A_DEVICE) {
    const lines = Array.from({ length: Math.min(LINES_OF_A_DEVICE, to - first) }, (_, at) => ({
      ...{ id: idOf(first + at), password: 'pw', sim: simCardAt(first + at, '+15550000001') },
    }))
    await createGoipDevice({ ...ports, onEvent: () => {} }, { lines, manner }).plug()
    // Not all at once, or the house's socket loses some, which come back 30 s later.
    await sleep(APART_MS)
  }
  process.once('message', () => {
    process.send?.({ kind: 'left', value: left }, () => process.exit(0))
  })
}

process.once('message', (plan: DevicesPlan) => void start(plan))
