import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEvents, type MessageDraft, type MessageRecord } from '#core'
import { ok } from '#lib/result'
import { aSubscriber } from '../../../test/support/house.ts'
import type { Session, Sessions } from './sessions.ts'
import { createWebTexts, textEvent } from './texts.ts'

const IDENTITIES = ['1001', '1002'].map((user) => ({ uri: `sip:${user}`, user }))
const alice = aSubscriber('alice', { identities: IDENTITIES })

/** A page of hers, logged in as 1001, that writes as 1002. */
const written = async (isElsewhere: boolean): Promise<MessageDraft | undefined> => {
  const drafts: MessageDraft[] = []
  const accept = async (draft: MessageDraft) => {
    drafts.push(draft)
    return ok({ id: '1', duplicate: false })
  }
  const texts = createWebTexts({
    messages: { accept },
    events: createEvents(() => {}),
    sessions: { size: 0 } as Sessions,
  })
  const account = {
    ...{ subscriber: alice, identity: IDENTITIES[0], tel: '1001' },
    ...(isElsewhere && { upstream: {} }),
  }
  const session = { account, phone: { name: 'p', say: () => {} } } as unknown as Session
  await texts.send(session, { op: 1009, seq: '1', from: '1002', to: '1003', mid: 'm', msg: 'hello' } as never)
  return drafts[0]
}

test('a text is from the number that was chosen; at an exchange elsewhere from the one that is registered', async () => {
  assert.equal((await written(false))?.from, `sip:1002@${alice.domain}`)
  const draft = await written(true)
  assert.equal(draft?.from, `sip:1001@${alice.domain}`)
  assert.deepEqual(draft?.to, { extension: alice.impi, way: 'by', number: '1001', text: '1003' })
})

test('the name that another exchange told is shown, and no note that looks like one', () => {
  const shown = (origin: MessageRecord['origin']): string | undefined => {
    const record = { id: '1', origin, from: 'sip:1003@there', to: 'sip:1001@here', acceptedAtMs: 0 }
    return textEvent({ ...record, tag: 'exchange rates' } as MessageRecord, 'hello', { isNew: true }).disp
  }
  assert.equal(shown('sip'), 'rates')
  assert.equal(shown('rest'), '1003')
})
