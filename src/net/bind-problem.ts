import type { Endpoint, Transport } from '#lib/wire'

/** Why a listener could not be opened, and what would be right. `code` is the system's word, or ECERT, EADDRESS. */
export type BindProblem = {
  transport: Transport
  address: string
  port: number
  code: string
  message: string
}

const adviceOf: Record<string, string> = {
  EADDRINUSE: 'another program listens there: stop it or choose another port',
  EACCES: 'this user may not listen there: choose a port above 1023 or grant CAP_NET_BIND_SERVICE',
  EADDRNOTAVAIL: 'this machine has no such address: use one of its own, or 0.0.0.0 or :: for all',
  EAFNOSUPPORT: 'this machine has no such address family: use an IPv4 address',
  EADDRESS: 'that is not an IP address: write it in numbers',
  ECERT: 'the certificate or its key cannot be used: give both in PEM, and matching',
  EMFILE: 'too many open files: raise the limit (ulimit -n)',
}

export const toBindProblem = (transport: Transport, at: Endpoint, code: string): BindProblem => {
  const place = at.address.includes(':') ? `[${at.address}]:${at.port}` : `${at.address}:${at.port}`
  const advice = adviceOf[code] ?? 'the system refused'
  return {
    transport,
    address: at.address,
    port: at.port,
    code,
    message: `${transport} ${place}: ${advice} (${code})`,
  }
}

/** The code of a system error; anything else is a bug and is thrown on. */
export const codeOf = (problem: unknown): string => {
  const code = (problem as { code?: unknown } | undefined)?.code
  if (typeof code !== 'string') throw problem
  return code
}
