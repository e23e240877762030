import type { SipMessage } from './message.ts'

const { latin1Slice } = Buffer.prototype

/**
 * The octets of a message as Latin-1 text, ready for `Flow.send`. Content-Length is always its own count and stands
 * last, whatever the headers say. Values must not hold CR or LF: nothing that this folder parses or prints does.
 */
export const printMessage = (message: SipMessage): string => {
  const { headers, body } = message
  const { names, values } = headers
  let text =
    message.kind === 'request'
      ? `${message.method} ${message.uri} SIP/2.0\r\n`
      : `SIP/2.0 ${message.status} ${message.reason}\r\n`
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string
    if (name !== 'Content-Length') text += `${name}: ${values[i] as string}\r\n`
  }
  if (body.length === 0) return `${text}Content-Length: 0\r\n\r\n`
  return `${text}Content-Length: ${body.length}\r\n\r\n${latin1Slice.call(body as Buffer, 0, body.length)}`
}
