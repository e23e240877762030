import { sign } from 'node:crypto'
import { EMPTY } from '#lib/bytes'
import { createShare, GROUPS } from './exchange.ts'
import type { FlightPart } from './flight.ts'
import type { Handshake } from './fragments.ts'
import {
  decodeHelloVerifyRequest,
  decodeServerHello,
  ECDHE_ECDSA_AES128_GCM,
  encodeClientHello,
} from './hello.ts'
import {
  ALERT,
  decodeCertificate,
  decodeServerKeyExchange,
  encodeCertificate,
  encodeClientKeyExchange,
  encodeSigned,
  TYPE,
} from './messages.ts'
import { DAMAGED, fault, Part, type Step, WRONG_ORDER } from './part.ts'
import { DTLS12 } from './record.ts'

/** The client's side of RFC 5246 §7.3 with RFC 6347 §4.2.4. */
export class ClientPart extends Part {
  #expects: number = TYPE.serverHello
  #asked = false
  #cookie: Uint8Array = EMPTY
  #point: Uint8Array = EMPTY

  start(): FlightPart[] {
    this.clientRandom = this.random()
    return this.#hello()
  }

  #hello(): FlightPart[] {
    const profiles = this.options.profiles.map(({ number }) => number)
    return [this.say(TYPE.clientHello, encodeClientHello(this.clientRandom, this.#cookie, profiles))]
  }

  take(message: Handshake): Step {
    const { type, body } = message
    if (type === TYPE.helloVerifyRequest) return this.#onCookie(body)
    // RFC 5246 §7.4.4: the request may be left out, then its place is that of what follows.
    const skipped = this.#expects === TYPE.certificateRequest && type === TYPE.serverHelloDone
    if (type !== this.#expects && !skipped) return WRONG_ORDER
    if (type === TYPE.finished) return this.#onFinished(message)
    this.transcript.add(message)
    switch (type) {
      case TYPE.serverHello:
        return this.#onHello(body)
      case TYPE.certificate:
        return this.#onCertificate(body)
      case TYPE.serverKeyExchange:
        return this.#onKeyExchange(body)
      case TYPE.certificateRequest:
        this.#asked = true
        this.#expects = TYPE.serverHelloDone
        return undefined
      default:
        return this.#reply()
    }
  }

  #onCookie(body: Uint8Array): Step {
    const cookie = decodeHelloVerifyRequest(body)
    if (!cookie) return DAMAGED
    if (this.#expects !== TYPE.serverHello || this.#cookie.length > 0 || cookie.length === 0)
      return WRONG_ORDER
    this.#cookie = cookie
    // RFC 6347 §4.2.1: the first hello and its answer do not count.
    this.transcript.clear()
    return { flight: this.#hello() }
  }

  #onHello(body: Uint8Array): Step {
    const hello = decodeServerHello(body)
    if (!hello) return DAMAGED
    if (hello.version !== DTLS12) return fault('no-common-ground', ALERT.protocolVersion)
    this.profile = this.options.profiles.find(({ number }) => number === hello.srtp)
    if (hello.suite !== ECDHE_ECDSA_AES128_GCM || !this.profile)
      return fault('no-common-ground', ALERT.illegalParameter)
    this.serverRandom = hello.random.slice()
    this.extendedMasterSecret = hello.extendedMasterSecret
    this.#expects = TYPE.certificate
    return undefined
  }

  #onCertificate(body: Uint8Array): Step {
    const certificate = decodeCertificate(body)
    this.#expects = TYPE.serverKeyExchange
    return certificate ? this.takeCertificate(certificate) : DAMAGED
  }

  #onKeyExchange(body: Uint8Array): Step {
    const exchange = decodeServerKeyExchange(body)
    if (!exchange) return DAMAGED
    if (!GROUPS.includes(exchange.group)) return fault('no-common-ground', ALERT.illegalParameter)
    if (!this.signed(exchange, this.clientRandom, this.serverRandom, exchange.params))
      return fault('protocol', ALERT.decryptError)
    this.share = createShare(exchange.group)
    this.#point = exchange.point.slice()
    this.#expects = TYPE.certificateRequest
    return undefined
  }

  #reply(): Step {
    const { share, options } = this
    if (!share) return WRONG_ORDER
    const flight: FlightPart[] = []
    if (this.#asked) flight.push(this.say(TYPE.certificate, encodeCertificate(options.certificate)))
    flight.push(this.say(TYPE.clientKeyExchange, encodeClientKeyExchange(share.publicKey)))
    if (!this.agree(this.#point)) return fault('protocol', ALERT.illegalParameter)
    if (this.#asked) {
      const signature = sign('sha256', this.transcript.bytes(), options.key)
      flight.push(this.say(TYPE.certificateVerify, encodeSigned(signature)))
    }
    flight.push('change-cipher-spec', this.say(TYPE.finished, this.verifyData('client')))
    this.#expects = TYPE.finished
    return { flight }
  }

  #onFinished({ body }: Handshake): Step {
    return this.isFinished(body) ? 'finished' : fault('protocol', ALERT.decryptError)
  }

  /** Whether all that comes now must be sealed. */
  get awaitsFinished(): boolean {
    return this.#expects === TYPE.finished
  }
}
