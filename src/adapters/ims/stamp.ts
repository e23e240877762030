import type { SipMessage } from '#sip'

export type CustomHeader = { name: string; value: string; methods: string[]; codes: number[] }

/**
 * What every message of ours bears besides its own: who we are (User-Agent, Server) and the operator's custom_headers,
 * on requests by method, on responses by status (0: all). A 2xx that is repeated is the same message again: once is enough.
 */
export const createStamp = (userAgent: string, custom: CustomHeader[]) => {
  const forRequests = custom.filter(({ methods }) => methods.length > 0)
  const forResponses = custom.filter(({ codes }) => codes.length > 0)
  return (message: SipMessage): void => {
    const { headers } = message
    if (headers.has('Server') || headers.has('User-Agent')) return
    if (userAgent !== '') headers.add(message.kind === 'request' ? 'User-Agent' : 'Server', userAgent)
    if (message.kind === 'request') {
      for (const { name, value, methods } of forRequests)
        if (methods.includes('*') || methods.includes(message.method)) headers.add(name, value)
    } else
      for (const { name, value, codes } of forResponses)
        if (codes.includes(0) || codes.includes(message.status)) headers.add(name, value)
  }
}
