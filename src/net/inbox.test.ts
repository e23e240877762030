import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLog } from '#lib/log'
import type { Flow } from '#lib/wire'
import { createHeard } from '../../test/support/wire-peers.ts'
import { Inbox } from './inbox.ts'

const aFlow = (reliable: boolean) => {
  const state = { closed: 0 }
  return {
    state,
    flow: { reliable, transport: 'tcp', address: '', close: () => state.closed++ } as unknown as Flow,
  }
}

test('what waits for the user is copied, in order, and bounded', () => {
  const inbox = new Inbox(silentLog)
  const { flow, state } = aFlow(false)
  const reused = Buffer.from('a')
  inbox.data(flow, reused)
  reused.write('b')
  for (let i = 0; i < 10_000; i++) inbox.data(flow, reused)
  const heard = createHeard()
  inbox.start(heard)
  assert.equal(heard.pieces.length, 4096)
  assert.deepEqual([heard.pieces[0]?.text, heard.pieces[1]?.text], ['a', 'b'])
  assert.equal(state.closed, 0)
})

test('a stream past the bound is cut rather than torn', () => {
  const inbox = new Inbox(silentLog)
  const { flow, state } = aFlow(true)
  const large = Buffer.alloc(1024 * 1024)
  for (let i = 0; i < 9; i++) inbox.data(flow, large)
  assert.equal(state.closed, 1)
})
