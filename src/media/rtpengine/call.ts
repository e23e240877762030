import type { Refusal, Side } from '#core'
import type { Log } from '#lib/log'
import { err, type Result } from '#lib/result'
import { otherSide } from '../call.ts'
import type { Bencoded } from './bencode.ts'
import { type NgFault, type NgPeer, type NgReply, orderFor } from './ng.ts'

type Said = { sdp: string; web: string | undefined }

export type Call = {
  name: string
  server: NgPeer
  /** The latest description of each side. */
  said: Partial<Record<Side, Said>>
  offer: { from: Side; targets: Map<string, { web: string | undefined; branch: string }> } | undefined
  /** The one that answered; none: nobody has. */
  branch: string | undefined
  /** What is asked of the server, one after the other: a description means nothing without those before it. */
  queue: Promise<unknown>
}

export const refusalOf = ({ why }: NgFault): Refusal =>
  why === 'silent' ? 'overloaded' : 'not-acceptable-media'

export type Fields = { [key: string]: Bencoded }

export const tagsOf = (from: Side, { branch }: Call) => ({
  'from-tag': from,
  ...(branch !== undefined && { 'to-tag': otherSide(from) }),
})

/** Calls by rtpengine, and what is asked of the servers that have them. */
export const createRegister = (servers: readonly NgPeer[], log: Log) => {
  const calls = new Map<string, Call>()

  const ask = async (call: Call, command: string, fields: Fields): Promise<Result<NgReply, NgFault>> => {
    const reply = await call.server.ask(command, { 'call-id': call.name, ...fields })
    if (!reply.ok)
      log.write('media', 'warn', `rtpengine: ${command}: ${reply.error.text}`, { user: call.name })
    return reply
  }

  return {
    calls: calls as ReadonlyMap<string, Call>,
    ask,
    enter: (name: string): Call | undefined => {
      const present = calls.get(name)
      if (present) return present
      const [server] = orderFor(name, servers)
      if (!server) return undefined
      const call: Call = {
        ...{ name, server, said: {}, queue: Promise.resolve() },
        ...{ offer: undefined, branch: undefined },
      }
      calls.set(name, call)
      return call
    },
    /** The first server that answers has the call; later ones stay with it. */
    firstOffer: async (call: Call, fields: Fields): Promise<Result<NgReply, NgFault>> => {
      let reply = await ask(call, 'offer', fields)
      if (call.offer) return reply
      for (const server of orderFor(call.name, servers)) {
        if (reply.ok || reply.error.why !== 'silent') break
        if (server === call.server || calls.get(call.name) !== call) continue
        call.server = server
        reply = await ask(call, 'offer', fields)
      }
      return reply
    },
    /**
     * Resolves as `work` does, once all before it is done. A call that ended meanwhile is asked nothing any more: rtpengine would make
     * it anew, for an offer.
     */
    inTurn: <T>(call: Call, work: () => Promise<Result<T, Refusal>>): Promise<Result<T, Refusal>> => {
      const mayGo = () => calls.get(call.name) === call
      const turn = call.queue.then(() => (mayGo() ? work() : err<Refusal>('bad-request')))
      call.queue = turn.catch(() => {})
      return turn
    },
    forget: (call: Call): void => {
      if (calls.get(call.name) === call) calls.delete(call.name)
    },
    /** The call is over: what is being asked for it is waited for, so that the server hears of its end last. */
    end: async (name: string): Promise<NgReply | undefined> => {
      const call = calls.get(name)
      if (!call) return undefined
      calls.delete(name)
      await call.queue
      const reply = await ask(call, 'delete', { 'from-tag': 'caller', 'delete-delay': 0 })
      return reply.ok ? reply.value : undefined
    },
  }
}
export type Register = ReturnType<typeof createRegister>
