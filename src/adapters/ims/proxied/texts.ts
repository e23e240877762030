import type { Random } from '#lib/random'
import { readable } from '#lib/text'
import { parseAddress, parseUri, type ServerTransaction } from '#sip'
import { keyOfUri } from '../identity.ts'
import { userPart } from '../trunks/line.ts'
import type { ProxyAccount, ProxyAccounts } from './accounts.ts'
import { type AskingPorts, ask, outsideRequest } from './asking.ts'
import type { Reply } from './user.ts'

export type ProxyTextPorts = AskingPorts & {
  random: Random
  accounts: Pick<ProxyAccounts, 'called'>
  host: string
  reply: Reply
}

/** RFC 3428 §8: larger ones may not fit into one datagram on the way. */
const MOST_OCTETS = 1300

/** Texts of and for extensions, page by page. */
export const createProxyTexts = (ports: ProxyTextPorts) => {
  const { accounts, host, random, reply, wire } = ports

  const answer = async (transaction: ServerTransaction, account: ProxyAccount): Promise<void> => {
    const { headers, body } = transaction.request
    const type = headers.get('Content-Type') ?? 'text/plain'
    if (!/^\s*text\/plain\b/i.test(type)) return reply(transaction, 415, [['Accept', 'text/plain']])
    const parsed = parseAddress(headers.get('From') ?? '')
    const uri = parsed.ok ? parseUri(parsed.value.uri) : undefined
    const from = uri?.ok ? keyOfUri(uri.value).user : 'anonymous'
    const display = parsed.ok ? parsed.value.display : ''
    const text = new TextDecoder().decode(body)
    const has = await account.onText?.({ from: readable(from), display: readable(display), text })
    // Nobody was there to read it: whoever sent it may keep it.
    reply(transaction, has ? 200 : 480)
  }

  return {
    take(transaction: ServerTransaction): boolean {
      const { request } = transaction
      const account = request.method === 'MESSAGE' ? accounts.called(request) : undefined
      if (!account) return false
      void answer(transaction, account).catch(() => reply(transaction, 500))
      return true
    },
    /** Gives SIP's status. `to`: what was dialled; `text`: as people write. */
    async send(account: ProxyAccount, to: string, text: string): Promise<number> {
      const body = new TextEncoder().encode(text)
      if (body.length > MOST_OCTETS) return 413
      const endpoint = account.line.endpoint()
      const flow = endpoint && wire.flowTo(account.line.transport, endpoint)
      if (!flow) return 503
      const uri = `sip:${userPart(to)}@${host}`
      const names = { from: `sip:${userPart(account.wish.tel)}@${host}`, to: uri }
      const request = outsideRequest('MESSAGE', uri, {
        ...{ ...names, fromTag: random.token(), callId: random.token(20) },
      })
      request.headers.add('Content-Type', 'text/plain;charset=UTF-8')
      request.body = body
      return (await ask(ports, request, flow, account.answerer())).status
    },
  }
}
