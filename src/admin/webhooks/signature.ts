import { createHmac } from 'node:crypto'

/**
 * The key in a webhook's secret. Standard Webhooks writes secrets as `whsec_` and base64; any other text is its own
 * UTF-8 octets.
 */
export const keyOf = (secret: string): Uint8Array => {
  const encoded = /^whsec_([A-Za-z0-9+/_-]+={0,2})$/.exec(secret)?.[1]
  return encoded === undefined ? Buffer.from(secret) : Buffer.from(encoded, 'base64')
}

/** Header fields of one attempt, https://www.standardwebhooks.com: HMAC-SHA256 over id, time and body, joined by dots. */
export const signedHeaders = (
  key: Uint8Array,
  id: string,
  wallMs: number,
  body: string,
): Record<string, string> => {
  const timestamp = `${Math.floor(wallMs / 1000)}`
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
}
