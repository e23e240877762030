import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyOf, signedHeaders } from './signature.ts'

test('events are signed as the published example of Standard Webhooks is', () => {
  const key = keyOf('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')
  const headers = signedHeaders(
    key,
    'msg_p5jXN8AQM9LWM0D4loKWxJek',
    1_614_265_330_999,
    '{"test": 2432232314}',
  )
  assert.deepEqual(headers, {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  })
})

test('a secret of another make is its own octets', () => {
  assert.deepEqual(keyOf('gehéim'), Buffer.from('gehéim'))
  assert.deepEqual(keyOf('whsec_not base64'), Buffer.from('whsec_not base64'))
})
