import type { Calls } from '#core'
import type { Random } from '#lib/random'
import {
  ALLOW,
  createResponse,
  type Legs,
  reasonPhrase,
  type ServerTransaction,
  type TransactionUser,
  tagOf,
  tokensOf,
} from '#sip'
import type { AgentPorts } from '../agents.ts'
import { type CalledLine, createInvite } from '../invite.ts'
import { userPart } from '../trunks/line.ts'
import type { ProxyAccount, ProxyAccounts } from './accounts.ts'
import type { PowersOf } from './powers.ts'

export type ProxiedUserPorts = AgentPorts & {
  random: Random
  accounts: ProxyAccounts
  legs: Legs
  calls: Calls
  host: string
  powers: PowersOf
  /** Takes a request if it is its own. */
  takers: readonly ((transaction: ServerTransaction) => boolean)[]
}

export type Reply = (transaction: ServerTransaction, status: number, headers?: [string, string][]) => void

const UNDERSTOOD = new Set(['100rel', 'timer', 'replaces', 'norefersub'])
const KNOWN = new Set(['REGISTER', 'SUBSCRIBE', 'PUBLISH', 'REFER', 'MESSAGE'])

export const createReply =
  (random: Random): Reply =>
  (transaction, status, headers = []) => {
    const response = createResponse(transaction.request, status, reasonPhrase(status))
    const to = response.headers.get('To') ?? ''
    if (tagOf(to) === undefined) response.headers.set('To', `${to};tag=${random.token()}`)
    for (const [name, value] of headers) response.headers.add(name, value)
    transaction.respond(response)
  }

/** What the other exchange says to us. Its calls are for whose contact they call: nobody else knows that name. */
export const createProxiedUser = (ports: ProxiedUserPorts): TransactionUser => {
  const { accounts, legs, random, host, takers } = ports
  const reply = createReply(random)
  const lineOf = ({ name, found }: ProxyAccount, text: string): CalledLine => ({
    ...{ trunk: name, user: found.identity.user, text },
    uriOf: ({ user }) => `sip:${userPart(user)}@${host}`,
  })
  const invite = createInvite({
    ...ports,
    refuse: reply,
    lineOf(request) {
      const account = accounts.called(request)
      return account && lineOf(account, request.uri)
    },
  })

  const unsupported = (transaction: ServerTransaction): boolean => {
    const required = tokensOf(transaction.request.headers, 'Require')
    const unknown = required.filter((tag) => !UNDERSTOOD.has(tag.toLowerCase()))
    if (unknown.length > 0) reply(transaction, 420, [['Unsupported', unknown.join(', ')]])
    return unknown.length > 0
  }

  return {
    onRequest(request, transaction) {
      const { method } = request
      if (unsupported(transaction) || takers.some((take) => take(transaction))) return
      if (legs.onRequest(request, transaction)) return
      if (method === 'OPTIONS') return reply(transaction, 200, [['Allow', ALLOW]])
      if (method === 'INVITE' && accounts.called(request)) return invite(transaction, undefined)
      if (method === 'INVITE') return reply(transaction, 404)
      if (KNOWN.has(method)) return reply(transaction, 405, [['Allow', ALLOW]])
      reply(transaction, 481)
    },
    onAck: (request) => legs.onAck(request),
    onStrayResponse: (response, flow) => legs.onStray(response, flow),
  }
}
