import type { SipMessage } from '#sip'

export type CustomHeader = { name: string; value: string; methods: string[]; codes: number[] }

/**
 * What every message of ours bears besides its own: who we are (User-Agent, Server) and the operator's custom_headers,
 * on requests by method, on responses by status (0: all). A 2xx that is repeated is the same message again: once is enough,
 * which a mark of our own name tells, or where there is none the header itself.
 */
export const createStamp = (userAgent: string, custom: CustomHeader[]) => {
  const forRequests = custom.filter(({ methods }) => methods.length > 0)
  const forResponses = custom.filter(({ codes }) => codes.length > 0)
  const add = ({ headers }: SipMessage, { name, value }: CustomHeader): void => {
    if (userAgent !== '' || !headers.all(name).includes(value)) headers.add(name, value)
  }
  return (message: SipMessage): void => {
    const { headers } = message
    if (headers.has('Server') || headers.has('User-Agent')) return
    if (userAgent !== '') headers.add(message.kind === 'request' ? 'User-Agent' : 'Server', userAgent)
    if (message.kind === 'request') {
      for (const custom of forRequests)
        if (custom.methods.includes('*') || custom.methods.includes(message.method)) add(message, custom)
    } else
      for (const custom of forResponses)
        if (custom.codes.includes(0) || custom.codes.includes(message.status)) add(message, custom)
  }
}
