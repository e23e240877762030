import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRequest, createResponse } from './message.ts'
import { printMessage } from './print.ts'

test('a request is printed with its own Content-Length, last', () => {
  const request = createRequest('MESSAGE', 'sip:a@b')
  request.headers.add('Content-Length', '99').add('Call-ID', 'x').add('Subject', 'Gr\xfc\xdfe')
  assert.equal(
    printMessage(request),
    'MESSAGE sip:a@b SIP/2.0\r\nCall-ID: x\r\nSubject: Gr\xfc\xdfe\r\nContent-Length: 0\r\n\r\n',
  )
  request.body = Uint8Array.of(0, 255, 10)
  assert.ok(printMessage(request).endsWith('Content-Length: 3\r\n\r\n\0\xff\n'))
})

test('a response may have an empty reason', () => {
  const response = createResponse(createRequest('OPTIONS', 'sip:a@b'), 200, '')
  assert.equal(printMessage(response), 'SIP/2.0 200 \r\nContent-Length: 0\r\n\r\n')
})
