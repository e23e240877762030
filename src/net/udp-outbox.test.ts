import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import type { Libc } from './libc.ts'
import type { UdpFlow } from './udp-flow.ts'
import { UdpOutbox } from './udp-outbox.ts'

/** A kernel whose answers are written down beforehand: a number it takes, or the name of its refusal. */
const kernel = (answers: (number | string)[]) => {
  const offered: number[] = []
  let why = ''
  const libc = {
    addressOf: () => 4096,
    errno: () => why,
    sendmmsg: (_fd: number, _headers: number, count: number) => {
      offered.push(count)
      const answer = answers.shift() ?? count
      if (typeof answer === 'number') return answer
      why = answer
      return -1
    },
  }
  return { libc: libc as unknown as Libc, offered }
}

const flow = { a: 0, b: 0, c: 0, d: 1, port: 5060, scope: 0 } as UdpFlow

const filled = (answers: (number | string)[], count: number) => {
  const { libc, offered } = kernel(answers)
  const outbox = new UdpOutbox(libc, 3, false)
  outbox.gathering = true
  for (let i = 0; i < count; i++) outbox.put(flow, 'x')
  return { outbox, offered }
}

test('one call for all; the rest again when it took some', () => {
  const { outbox, offered } = filled([2], 5)
  outbox.flush()
  assert.deepEqual(offered, [5, 3])
  assert.equal(outbox.dropped, 0)
})

test('a datagram the kernel will never take is left out, the others go', () => {
  const { outbox, offered } = filled([1, 'EPERM', 3], 5)
  outbox.flush()
  assert.deepEqual(offered, [5, 4, 3])
  assert.equal(outbox.dropped, 1)
})

test('full buffers: all is kept and tried again, and past the bound refused', () => {
  mock.timers.enable({ apis: ['setTimeout'] })
  try {
    const { outbox, offered } = filled(['EAGAIN', 'ENOBUFS'], 3)
    outbox.flush()
    let taken = 0
    while (outbox.put(flow, 'x')) taken++
    assert.equal(taken, 125)
    assert.equal(outbox.dropped, 1)
    mock.timers.tick(2)
    assert.deepEqual(offered, [3, 128])
    mock.timers.tick(2)
    assert.deepEqual(offered, [3, 128, 128])
    assert.equal(outbox.put(flow, 'x'), true)
    outbox.close()
    assert.deepEqual(offered, [3, 128, 128, 1])
  } finally {
    mock.timers.reset()
  }
})

test('what is sent outside a batch leaves at the end of the turn, together', async () => {
  const { libc, offered } = kernel([])
  const outbox = new UdpOutbox(libc, 3, false)
  outbox.put(flow, 'a')
  outbox.put(flow, 'b')
  assert.deepEqual(offered, [])
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(offered, [2])
})
