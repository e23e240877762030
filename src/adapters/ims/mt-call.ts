import {
  type CallOffer,
  type Calls,
  describedMedia,
  echoingMedia,
  type Found,
  type Media,
  type Refusal,
  type Subscribers,
} from '#core'
import { err, ok, type Result } from '#lib/result'
import { answerAs, parseSdp, printSdp } from '#sdp'
import { parseUri } from '#sip'
import { identityUri, keyOfUri } from './identity.ts'
import { descriptionOf } from './parties.ts'

/** Whom to call: a subscriber by its private identity, or one of its public ones. */
export type MtCallWish = ({ impi: string } | { impu: string }) & {
  /** File with the description to offer, instead of the configured one. */
  file?: string | undefined
  /** Who seems to call: a URI, a number or a name. Else the house itself. */
  caller?: string | undefined
}

export type MtCall = (wish: MtCallWish) => Promise<Result<{ sessionId: string }, string>>

export type MtCallPorts = {
  calls: Calls
  subscribers: Subscribers
  media: Media
  domain: string
  /** Text of a small regular file, as Latin-1; else what is wrong, with the file's name. */
  readFile: (name: string) => Promise<Result<string, string>>
}

/** User part of the house's own identity. */
const OWN_NAME = 'ims'
const MOST_CALLER = 200

const NOBODY = 'there is no such user: "users" lists them'

const WORDS: Partial<Record<Refusal, string>> = {
  'unknown-user': NOBODY,
  'not-registered': 'the user is not registered',
  overloaded: 'too many calls',
}

/** Calls from the server to a user, manual 6.4 (mt_call). The answer comes when phones are about to ring. */
export const createMtCall = ({ calls, subscribers, media, domain, readFile }: MtCallPorts): MtCall => {
  const find = (wish: MtCallWish): Found | undefined => {
    if ('impi' in wish) {
      const subscriber = subscribers.byImpi(wish.impi)
      const identity = subscriber?.identities.find(({ code }) => code === undefined)
      return subscriber && identity && { subscriber, identity }
    }
    const uri = parseUri(wish.impu)
    // The manual writes identities without a host: sip:1001.
    const bare = wish.impu.replace(/^sips?:/i, '')
    const named = uri.ok && uri.value.user !== '' ? keyOfUri(uri.value) : { user: bare }
    return subscribers.byIdentity(named.user, named.context)
  }

  /** A known number or name is shown as its subscriber's own. */
  const callerOf = (text: string | undefined, { subscriber }: Found): Result<string, string> => {
    if (text === undefined || text === '') return ok(`sip:${OWN_NAME}@${subscriber.domain || domain}`)
    const known = subscribers.byIdentity(text.replace(/^(?:sips?|tel):/i, ''))
    if (known) return ok(identityUri(known.identity, known.subscriber.domain))
    const written = /^(?:sips?|tel):/i.test(text) ? text : `sip:${text}`
    const uri = written.includes('@') || /^tel:/i.test(written) ? written : `${written}@${subscriber.domain}`
    const parsed = text.length > MOST_CALLER ? err('') : parseUri(uri)
    return parsed.ok && parsed.value.user !== '' && !/[<>?\s]/.test(uri)
      ? ok(uri)
      : err('caller: a URI, a number or a name is needed')
  }

  const describedIn = async (file: string): Promise<Result<string, string>> => {
    const text = await readFile(file)
    if (!text.ok) return text
    const parsed = parseSdp(text.value)
    if (!parsed.ok) return err(`${file}: is no session description (${parsed.error})`)
    if (parsed.value.media.length === 0) return err(`${file}: describes no media`)
    return ok(printSdp(parsed.value))
  }

  return async (wish) => {
    const found = find(wish)
    if (!found) return err(NOBODY)
    const caller = callerOf(wish.caller, found)
    if (!caller.ok) return caller
    const file = wish.file ?? found.subscriber.mtCallSdpFile
    const own = file === undefined ? undefined : await describedIn(file)
    if (own && !own.ok) return own
    const { user } = found.identity
    const offer: CallOffer = {
      caller: { identity: caller.value, display: '', anonymous: false },
      kind: 'mt',
      dialled: { user, text: identityUri(found.identity, found.subscriber.domain) },
      description: own && descriptionOf(own.value),
      listener: 0,
      callId: '',
      hops: 70,
    }
    const called = calls.callOut(offer, own ? describedMedia(own.value, laterAnswer) : echoingMedia(media))
    return called.ok ? ok({ sessionId: called.value }) : err(WORDS[called.error] ?? called.error)
  }
}

const laterAnswer = (own: string, offer: string): Result<string, Refusal> => {
  const [mine, theirs] = [parseSdp(own), parseSdp(offer)]
  if (!mine.ok) return err('internal')
  return theirs.ok ? ok(printSdp(answerAs(mine.value, theirs.value))) : err('bad-request')
}
