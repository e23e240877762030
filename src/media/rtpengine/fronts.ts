import type { Media, MediaOptions, Refusal, Side } from '#core'
import { err, ok, type Result } from '#lib/result'
import { otherSide } from '../call.ts'
import type { EmbeddedMedia } from '../engine.ts'
import { listenerOf, webOf } from '../options.ts'
import { type Call, type Register, refusalOf } from './call.ts'
import { flagsFor, forBrowsers, grouped, inDirectionsOf, openly } from './flags.ts'

type Told = Promise<Result<string, Refusal>>

export type FrontPorts = {
  /** Of calls of its own: nobody else is to meet them. */
  register: Register
  embedded: EmbeddedMedia
  /** Its page can make no other peer connection. */
  isFixed(web: string): boolean
}

/** As rtpengine has it: the page calls, and we are called. `given`: what the other one was told of each side's description. */
type Front = {
  call: Call
  asked: boolean
  said: Partial<Record<Side, string>>
  given: Partial<Record<Side, string>>
}

/** The browsers of a call. `plain`: telephones are offered to as well as browsers, until somebody answers. */
type Parties = { webs: Partial<Record<Side, string>>; plain: boolean; open: boolean }

const [PAGE, HERE] = ['caller', 'callee'] as const

/** Pictures go beside the sound, or a page of policy `max-bundle` takes neither; and its offer does not say of which policy it is. */
const hasPictures = (sdp: string): boolean => (sdp.match(/^m=/gm)?.length ?? 0) > 1

/**
 * Pages that cannot make another peer connection, and so cannot go from call to call in rtpengine, speak with our own engine in all
 * of their calls: rtpengine stands between, to the page as ever, to our engine as if it were the page. Those with pictures go to our
 * engine itself, as rtpengine knows no BUNDLE. Gives that engine as it is to be used then.
 */
export const createFronts = ({ register, embedded, isFixed }: FrontPorts) => {
  const fronts = new Map<string, Front | 'none'>()
  const calls = new Map<string, Parties>()

  const frontOf = (web: string): Front | 'none' | undefined => {
    const present = fronts.get(web)
    if (present) return present
    const call = register.enter(`front.${web}`)
    if (call) fronts.set(web, { call, asked: false, said: {}, given: {} })
    return fronts.get(web)
  }

  const negotiate = async (front: Front, side: Side, sdp: string): Told => {
    const { call, said, given } = front
    front.asked = true
    const first = said[otherSide(side)]
    const isAnswer = first !== undefined
    const tags = {
      'from-tag': isAnswer ? otherSide(side) : side,
      'to-tag': isAnswer ? side : otherSide(side),
    }
    // Told to be the one who waits, it does so in what it says, and shakes hands all the same with whom it answers.
    const { DTLS: _, ...flags } = flagsFor(true, true, isAnswer)
    const fields = {
      sdp: openly(sdp),
      ...tags,
      ...flags,
    }
    const reply = await (isAnswer ? register.ask(call, 'answer', fields) : register.firstOffer(call, fields))
    if (!reply.ok) return err(refusalOf(reply.error))
    if (typeof reply.value.sdp !== 'string') return err('not-acceptable-media')
    const bare = forBrowsers(reply.value.sdp)
    // Old pages offer once: no picture follows, which could not leave the group.
    const told =
      side === HERE && (first === undefined || first.includes('a=group:BUNDLE')) ? grouped(bare) : bare
    said[side] = sdp
    given[side] = told
    return ok(told)
  }

  /** A description of that side for the other one: agreed upon once, and later only its directions change. */
  const pass = async (web: string | undefined, side: Side, sdp: string): Told => {
    if (web === undefined || !(fronts.has(web) || isFixed(web))) return ok(sdp)
    // Its page left while our engine worked.
    if (side === HERE && !fronts.has(web)) return err('cancelled')
    const front = frontOf(web)
    if (!front) return err('overloaded')
    if (front !== 'none' && Object.keys(front.given).length === 0 && hasPictures(sdp)) {
      register.forget(front.call)
      fronts.set(web, 'none')
      return ok(sdp)
    }
    if (front === 'none') return ok(sdp)
    return register.inTurn(front.call, async () => {
      const known = front.given[side]
      const given = known === undefined ? await negotiate(front, side, sdp) : ok(known)
      if (fronts.get(web) !== front) return err('cancelled')
      return given.ok ? ok(inDirectionsOf(given.value, sdp)) : given
    })
  }
  const passed = async (web: string | undefined, told: Result<string, Refusal>): Told =>
    told.ok && told.value !== '' ? pass(web, HERE, told.value) : told

  /** Our own address is told to rtpengine, and has to be one that it reaches. */
  const reached = async <Options extends MediaOptions | undefined>(options: Options): Promise<Options> => {
    if (!options) return options
    const found = { ...options }
    for (const [web, key] of [
      [options.callerWeb, 'callerAddress'],
      [options.calleeWeb, 'calleeAddress'],
    ] as const) {
      const front = web !== undefined && (fronts.has(web) || isFixed(web)) ? frontOf(web) : undefined
      const own = front && front !== 'none' ? await front.call.server.own() : undefined
      if (own !== undefined) found[key] = own
    }
    return found
  }

  /** Its page left while our own address was looked for: our engine is to hold nothing for it. */
  const hasLeft = (web: string | undefined): boolean => web !== undefined && isFixed(web) && !fronts.has(web)

  const partiesOf = (name: string): Parties =>
    calls.getOrInsertComputed(name, () => ({ webs: {}, plain: false, open: false }))
  /** The browser of that side: as it is said now, else as it was before. A place without one is a telephone. */
  const webAt = (name: string, side: Side, options: MediaOptions | undefined): string | undefined => {
    const { webs } = partiesOf(name)
    const web = options && webOf(side, options)
    if (web !== undefined) webs[side] = web
    else if (options && listenerOf(side, options) !== undefined) delete webs[side]
    return webs[side]
  }

  /** The page offers from another peer connection. */
  const renew = (web: string, front: Front, sdp: string): Told => {
    const ours = front.said[HERE]
    if (ours === undefined) return Promise.resolve(err('bad-request'))
    front.said = {}
    front.given = {}
    return pass(web, PAGE, sdp).then((heard) => (heard.ok ? pass(web, HERE, ours) : heard))
  }

  const offer: Media['offer'] = async (name, side, sdp, options) => {
    const [own, other] = [webAt(name, side, options), webAt(name, otherSide(side), options)]
    const parties = partiesOf(name)
    parties.plain = other === undefined || (parties.open && parties.plain)
    parties.open = true
    const heard = await pass(own, PAGE, sdp)
    if (!heard.ok) return heard
    // No rtpengine between: our engine tells the address by which the page reaches us.
    if (other !== undefined && isFixed(other) && !fronts.has(other) && hasPictures(sdp))
      fronts.set(other, 'none')
    const found = await reached(options)
    return hasLeft(own)
      ? err('cancelled')
      : passed(other, await embedded.offer(name, side, heard.value, found))
  }

  const answer: Media['answer'] = async (name, side, sdp, options = {}) => {
    const parties = partiesOf(name)
    const { webs, plain } = parties
    const web = options.web ?? (plain ? undefined : webs[side])
    parties.open = false
    if (web === undefined) delete webs[side]
    else webs[side] = web
    const heard = await pass(web, PAGE, sdp)
    if (!heard.ok) return heard
    return passed(webs[otherSide(side)], await embedded.answer(name, side, heard.value, options))
  }

  const leave = (web: string): void => {
    const front = fronts.get(web)
    fronts.delete(web)
    if (front && front !== 'none') {
      if (front.asked) void register.end(front.call.name)
      else register.forget(front.call)
    }
    embedded.leave(web)
  }

  function close(call: string): void
  function close(): Promise<void>
  function close(call?: string): Promise<void> | undefined {
    if (call === undefined) return embedded.close()
    calls.delete(call)
    return void embedded.close(call)
  }

  const { speak } = embedded
  return {
    ...{ ...embedded, offer, answer, leave, close },
    invite: async (name, side, options) =>
      passed(webAt(name, side, options), await embedded.invite(name, side, await reached(options))),
    echo: async (name, side, sdp, options) => {
      const web = webAt(name, side, options)
      const heard = await pass(web, PAGE, sdp)
      return heard.ok
        ? passed(web, await embedded.echo(name, side, heard.value, await reached(options)))
        : heard
    },
    ...(speak && {
      speak: async (name, side, sdp, script, options) => {
        const web = webAt(name, side, options)
        const heard = await pass(web, PAGE, sdp)
        return heard.ok
          ? passed(web, await speak(name, side, heard.value, script, await reached(options)))
          : heard
      },
    }),
    ask: async (web, options) => {
      const { callerAddress: own } = await reached<MediaOptions>({ callerWeb: web })
      if (hasLeft(web)) return err('cancelled')
      return passed(web, await embedded.ask(web, { ...options, ...(own !== undefined && { address: own }) }))
    },
    refresh: async (web, sdp) => {
      const front = fronts.get(web)
      if (front === undefined || front === 'none') return embedded.refresh(web, sdp)
      if (front.given[PAGE] !== undefined) return renew(web, front, sdp)
      const heard = await pass(web, PAGE, sdp)
      return heard.ok ? embedded.refresh(web, heard.value) : heard
    },
  } satisfies EmbeddedMedia
}
