import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { octets } from '#lib/text'
import { type MessageSummary, parseMessageSummary, printMessageSummary } from './index.ts'

const read = (text: string): unknown => {
  const parsed = parseMessageSummary(octets(text))
  return parsed.ok ? parsed.value : parsed.error
}
const NONE = { new: 0, old: 0, newUrgent: 0, oldUrgent: 0 }

describe('what waits in a mailbox, RFC 3842 §5.2', () => {
  test('comes back as it was printed, with the line that phones read', () => {
    const whole: MessageSummary = {
      ...{ account: 'sip:*97@home.example', new: 2, old: 8, newUrgent: 0, oldUrgent: 2, exact: true },
    }
    const text = printMessageSummary(whole)
    assert.equal(
      text,
      'Messages-Waiting: yes\r\nMessage-Account: sip:*97@home.example\r\nVoice-Message: 2/8 (0/2)\r\n',
    )
    assert.deepEqual(read(text), whole)
    assert.match(printMessageSummary({ ...NONE, exact: true }), /^Messages-Waiting: no\r\n/)
  })

  test('is read as others write it', () => {
    const text = 'messages-waiting: YES\nvoice-message:4/0\nPager-Message: 1/1\n\nTo: sip:x\n'
    assert.deepEqual(read(text), { ...NONE, new: 4, exact: true })
    assert.deepEqual(read('Messages-Waiting: yes\r\n'), { ...NONE, new: 1, exact: false })
    assert.deepEqual(read('Messages-Waiting: no'), { ...NONE, exact: true })
  })

  test('of any octets gives a value or an error', () => {
    for (const text of ['', 'x', 'Messages-Waiting: maybe', 'Voice-Message: 1', ':'.repeat(1000)])
      assert.equal(read(text), 'message-summary', text)
    assert.equal(read(`Messages-Waiting: yes\r\n${'a'.repeat(20_000)}`), 'message-summary')
    const good = printMessageSummary({ ...NONE, new: 12, exact: true })
    for (let seed = 1; seed < 2000; seed++) {
      const bytes = Buffer.from(good)
      bytes[(seed * 7919) % bytes.length] = (seed * 104729) & 255
      parseMessageSummary(bytes)
    }
  })
})
