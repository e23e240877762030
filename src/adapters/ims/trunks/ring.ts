import {
  type Binding,
  type CalleeEvents,
  type CalleeParty,
  ordinaryOf,
  type Registrations,
  sipPhonesOf,
  type TrunkRing,
} from '#core'
import type { Timers } from '#lib/clock'
import type { Random } from '#lib/random'
import { err, ok } from '#lib/result'
import type { Flow, Wire } from '#lib/wire'
import { createDigestAnswerer, type Invitation, type Legs, type OutgoingEvents } from '#sip'
import type { AgentPorts } from '../agents.ts'
import { descriptionOf, type Seated, sessionEvents, toCore } from '../parties.ts'
import type { PowersOf } from '../proxied/powers.ts'
import { flowToBinding } from '../reach.ts'
import { agentEvents, calleeParty } from '../ring.ts'
import { shownTo } from './callers.ts'
import { numberTowards, type TrunkLine, userPart } from './line.ts'

export type TrunkRingPorts = AgentPorts & {
  legs: Legs
  wire: Wire
  random: Random
  timers: Timers
  registrations: Pick<Registrations, 'of'>
  lines: Pick<ReadonlyMap<string, TrunkLine>, 'get'>
  /** The house's own, in From. */
  domain: string
  /** E.164 where it can be told; `near`: a number of the caller's. */
  normal: (user: string, near: string | undefined) => string
  /** Listeners that stand on several addresses. */
  listeners: readonly { any: boolean }[]
  /** What the other exchange can do with a call of its own. */
  powers?: PowersOf
}

/** Somebody who says nothing at all in this time is not there, and the next target has its turn. */
const SILENCE_MS = 6000

type Way = { flow: Flow; path: readonly string[]; uri(user: string): string }

/** The contact of an account with another user: a gateway dials what stands there. */
const atContact = ({ contact }: Binding, user: string): string =>
  contact.replace(/^(sips?:)(?:[^@;?]*@)?/i, (_, scheme: string) => `${scheme}${user}@`)

/** Rings trunks: a new dialogue of our own with another PBX, a provider or a gateway. */
export const createTrunkRing = (ports: TrunkRingPorts): TrunkRing => {
  const { legs, wire, random, timers, registrations, lines } = ports

  const wayTo = (line: TrunkLine): Way | undefined => {
    if (line.account) {
      const binding = sipPhonesOf(ordinaryOf(registrations.of(line.account))).at(-1)
      const flow = binding && flowToBinding(wire, binding)
      return flow && { flow, path: binding.path, uri: (user) => atContact(binding, user) }
    }
    const endpoint = line.endpoint()
    const flow = endpoint && wire.flowTo(line.transport, endpoint)
    if (!flow) return undefined
    const parameter = line.transport === 'udp' ? '' : `;transport=${line.transport}`
    return { flow, path: [], uri: (user) => `sip:${user}@${line.host}${parameter}` }
  }

  /** The same events, with the end of patience for who does not even say 100. */
  const impatient = (events: CalleeEvents, seated: Seated, giveUp: () => void) => {
    const timer = timers.after(SILENCE_MS, () => {
      giveUp()
      events.onRefused({ why: 'no-answer', said: 408 })
    })
    const heard = (): void => timer.cancel()
    const told: OutgoingEvents = {
      ...sessionEvents(() => seated.events),
      ...agentEvents(ports, events),
      onTrying: heard,
      onProgress: (status, early) => {
        heard()
        events.onProgress(status, early === undefined ? undefined : descriptionOf(early))
      },
      onAnswer: (answer) => {
        heard()
        events.onAnswer(answer === undefined ? undefined : descriptionOf(answer))
      },
      onRefused: (refused) => {
        heard()
        // What it said is a matter between it and us, where it means something else to the caller.
        events.onRefused({ ...toCore(refused), said: refused.status })
      },
    }
    return { told, stop: heard }
  }

  return {
    placeOf(name) {
      const line = lines.get(name)
      const way = line && wayTo(line)
      if (!way) return undefined
      const { listener, local } = way.flow
      return { listener, ...(ports.listeners[listener]?.any && { address: local.address }) }
    },
    ring({ caller, dialled, hops, headers = [] }, name, sdp, events) {
      const line = lines.get(name)
      const way = line && wayTo(line)
      if (!line || !way) return err({ why: 'not-registered', said: 503 })
      const near = caller.subscriber?.msisdn
      const number = numberTowards(line, dialled, (user) => ports.normal(user, near))
      const uri = way.uri(userPart(number))
      const shown = shownTo(line, caller, ports.domain)
      const proof = line.login && createDigestAnswerer(line.login, random)
      const invitation: Invitation = {
        ...{ uri, from: `${shown.from};tag=${random.token()}`, to: `<${uri}>` },
        ...{ callId: random.token(20), flow: way.flow, routes: [...way.path], sdp },
        headers: [...shown.headers, ...headers.map(([name, value]): [string, string] => [name, value])],
        ...{ reliable: false, hops },
        ...(proof && { authorise: proof.answer }),
      }
      const seated: Seated = { events }
      const { told, stop } = impatient(events, seated, () => leg.cancel())
      const leg = legs.outgoing(invitation, told)
      const party = calleeParty(leg, seated)
      const cancel: CalleeParty['cancel'] = (why, words) => {
        stop()
        party.cancel(why, words)
      }
      return ok({ ...party, ...ports.powers?.(name, () => leg.session), cancel })
    },
  }
}
