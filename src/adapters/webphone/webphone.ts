import type { Binding, Ring } from '#core'
import { sessionOf } from '#core'
import type { LinkUser, MessageLink } from '#lib/message-link'
import type { WebCarrier } from './carrier.ts'
import { createCallCommands } from './commands.ts'
import { type ConnectionPorts, createConnection } from './connection.ts'
import { showsVideo } from './descriptions.ts'
import { createWebRing } from './incoming.ts'
import { createLogins } from './logins.ts'
import { askBrowser } from './party.ts'
import type { WebphonePorts } from './ports.ts'
import { createSessions, type Sessions } from './sessions.ts'
import { createWebTexts } from './texts.ts'
import type { Phone, WebCall } from './web-call.ts'

/** Of one address, in connections of which nobody knows whose they are. */
const MOST_STRANGERS = 30

export type Webphone = {
  readonly sessions: Sessions
  /** A connection came. */
  onLink(link: MessageLink): LinkUser
  /** Whether one from there may come: not from who is blocked, nor from who has many that say nothing. */
  admits(address: string): boolean
  ring: Ring
  /** The transport at the media engine by which a browser's binding is rung for that call. */
  transportOf(binding: Binding, call: string): string
  /** The transport is an old client's: its page keeps one peer connection for all of its calls. */
  isOld(web: string): boolean
  /** Its page has no connection now. */
  isAway(binding: Binding): boolean
  /** Media tell that nothing is heard of a browser any more, or that it is to be offered something else. */
  onWeb(web: string, state: 'up' | 'lost' | 'anew' | 'ask'): void
  close(): void
}

/** Calls that end with their session, not by anybody's wish. */
const endAll = (calls: WebCall[]): void => {
  for (const call of calls) {
    const { events, state } = call
    call.forget()
    if (state !== 'incoming') events?.onEnd({ by: 'failure', reason: 'the web phone is gone' })
    else if (events && 'onRefused' in events)
      (events as Parameters<Ring>[3]).onRefused({ why: 'not-registered' })
  }
}

/** The call of a new client by that transport. Old clients only mute themselves when they are told to begin anew. */
const speakingBy = (phones: Iterable<Phone>, web: string): WebCall | undefined => {
  for (const phone of phones)
    for (const call of phone.isNew ? phone.calls.values() : [])
      if (call.channel.web === web && call.state === 'connected' && !call.first) return call
  return undefined
}

/** The other party speaks another codec now: so must the browser. */
const offerAnew = async (ports: WebphonePorts, call: WebCall): Promise<void> => {
  const { channel } = call
  const asked = await ports.media.ask(channel.web, { video: showsVideo(channel.said) })
  const answer = asked.ok && !call.over ? await askBrowser(ports, call, asked.value) : undefined
  if (answer === undefined || call.over) return
  channel.said = answer
  await ports.media.refresh(channel.web, answer)
}

/** The web phone server: browsers as phones of subscribers. `carrier`: how they are given texts. */
export const createWebphone = (ports: WebphonePorts, carrier?: WebCarrier): Webphone => {
  const { settings, timers } = ports
  const strangers = new Map<string, number>()
  const guests = new Set<Phone>()

  const sessions = createSessions({ ...ports, onEnd: endAll })
  const hasRoom = (video: boolean, present?: WebCall): boolean => {
    let [count, pictures] = [0, 0]
    const add = ({ calls }: Phone): void => {
      for (const call of calls.values()) {
        if (call === present) continue
        count++
        if (showsVideo(call.channel.said)) pictures++
      }
    }
    for (const { phone } of sessions.all()) add(phone)
    for (const guest of guests) add(guest)
    return count < settings.maxCalls && (!video || pictures < settings.maxVideos)
  }
  const connections: ConnectionPorts = {
    ...ports,
    ...{ sessions, hasRoom, guestPhones: guests },
    commands: createCallCommands({ ...ports, hasRoom }),
    texts: createWebTexts({ ...ports, sessions }),
    logins: createLogins({ ...ports, sessions }),
    ...(carrier && { carrier }),
    strangers: {
      enter: (address) => void strangers.set(address, (strangers.get(address) ?? 0) + 1),
      leave: (address) => {
        const left = (strangers.get(address) ?? 1) - 1
        if (left > 0) strangers.set(address, left)
        else strangers.delete(address)
      },
    },
  }
  return {
    sessions,
    onLink: (link) => createConnection(connections, link),
    admits: (address) => !ports.guard.blocked(address) && (strangers.get(address) ?? 0) < MOST_STRANGERS,
    ring: createWebRing(
      { timers, media: ports.media, random: ports.random, hasRoom },
      (binding) => sessions.get(sessionOf(binding))?.phone,
    ),
    isAway: (binding) => {
      const session = sessions.get(sessionOf(binding))
      return session !== undefined && session.phone.link === undefined
    },
    transportOf: (binding, call) => `${sessionOf(binding) ?? ''}.${call}`,
    isOld(web) {
      const name = web.slice(0, web.indexOf('.'))
      const phone = sessions.get(name)?.phone ?? guests.values().find((guest) => guest.name === name)
      return phone?.isNew === false
    },
    onWeb(web, state) {
      const phones = state === 'up' ? [] : [...[...sessions.all()].map(({ phone }) => phone), ...guests]
      const call = speakingBy(phones, web)
      if (!call) return
      if (state === 'ask') void offerAnew(ports, call)
      else call.phone.say({ op: 9008, cid: call.cid, ...(state === 'anew' && { anew: true }) })
    },
    close() {
      for (const session of [...sessions.all()]) {
        session.phone.say({ op: 9016, reason: 'shutdown' })
        sessions.end(session)
      }
    },
  }
}
