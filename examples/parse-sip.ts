/** Reads one SIP message from standard input and tells what it understood: `node examples/parse-sip.ts < message.sip` */
import { readFileSync } from 'node:fs'
import { checkRequest, parseMessage, topVia } from '#sip'

const parsed = parseMessage(readFileSync(0))
if (!parsed.ok) console.log(`no message: ${parsed.error.status} ${parsed.error.reason}`)
else {
  const message = parsed.value
  const { headers, body } = message
  console.log(
    message.kind === 'request' ? `${message.method} ${message.uri}` : `${message.status} ${message.reason}`,
  )
  for (const [i, name] of headers.names.entries()) console.log(`  ${name}: ${headers.values[i]}`)
  console.log(`  ${body.length} octets of body, sent by ${topVia(message)?.host}`)
  const complaint = message.kind === 'request' ? checkRequest(message) : undefined
  if (complaint) console.log(`refused: ${complaint.status} ${complaint.reason}`)
}
