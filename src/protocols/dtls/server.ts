import { createHmac, randomBytes, sign } from 'node:crypto'
import { concat, equal } from '#lib/bytes'
import { createShare, GROUPS } from './exchange.ts'
import type { FlightPart } from './flight.ts'
import type { Handshake } from './fragments.ts'
import {
  type ClientHello,
  decodeClientHello,
  ECDHE_ECDSA_AES128_GCM,
  ECDSA_SHA256,
  encodeHelloVerifyRequest,
  encodeServerHello,
} from './hello.ts'
import {
  ALERT,
  CERTIFICATE_REQUEST,
  decodeCertificate,
  decodeClientKeyExchange,
  decodeSigned,
  encodeCertificate,
  encodeParams,
  encodeSigned,
  TYPE,
} from './messages.ts'
import { DAMAGED, fault, Part, type Step, WRONG_ORDER } from './part.ts'
import { DTLS12 } from './record.ts'

/** The server's side of RFC 5246 §7.3 with RFC 6347 §4.2.4; a client without a certificate is nobody. */
export class ServerPart extends Part {
  #expects: number = TYPE.clientHello
  readonly #cookieKey = randomBytes(16)

  start(): FlightPart[] {
    return []
  }

  take(message: Handshake): Step {
    const { type, body } = message
    if (type !== this.#expects) return WRONG_ORDER
    switch (type) {
      case TYPE.clientHello:
        return this.#onHello(message)
      case TYPE.certificate:
        this.transcript.add(message)
        return this.#onCertificate(body)
      case TYPE.clientKeyExchange:
        this.transcript.add(message)
        return this.#onKeyExchange(body)
      case TYPE.certificateVerify:
        return this.#onVerify(message)
      default:
        return this.#onFinished(message)
    }
  }

  #onHello(message: Handshake): Step {
    const hello = decodeClientHello(message.body)
    if (!hello) return DAMAGED
    if (this.options.cookie) {
      const cookie = this.#cookieOf(hello)
      if (!equal(cookie, hello.cookie))
        return { flight: [this.say(TYPE.helloVerifyRequest, encodeHelloVerifyRequest(cookie), false)] }
    }
    this.transcript.add(message)
    return this.#answer(hello)
  }

  /** RFC 6347 §4.2.1, bound to what must not change between both hellos. */
  #cookieOf({ random, suites, session }: ClientHello): Uint8Array {
    return createHmac('sha256', this.#cookieKey).update(random).update(session).update(suites.join()).digest()
  }

  #answer(hello: ClientHello): Step {
    const { options } = this
    // Versions count downwards: 1.0 is 0xfeff, 1.2 is 0xfefd.
    if (hello.version > DTLS12) return fault('no-common-ground', ALERT.protocolVersion)
    const group = GROUPS.find((known) => hello.groups.includes(known))
    this.profile = options.profiles.find(({ number }) => hello.srtp.includes(number))
    const common = hello.suites.includes(ECDHE_ECDSA_AES128_GCM) && hello.signatures?.includes(ECDSA_SHA256)
    if (!common || group === undefined || !this.profile)
      return fault('no-common-ground', ALERT.handshakeFailure)
    this.clientRandom = hello.random.slice()
    this.serverRandom = this.random()
    this.extendedMasterSecret = hello.extendedMasterSecret
    this.share = createShare(group)
    const params = encodeParams(group, this.share.publicKey)
    const signature = sign('sha256', concat(this.clientRandom, this.serverRandom, params), options.key)
    this.#expects = TYPE.certificate
    return {
      flight: [
        this.say(TYPE.serverHello, encodeServerHello(this.serverRandom, this.profile.number, hello)),
        this.say(TYPE.certificate, encodeCertificate(options.certificate)),
        this.say(TYPE.serverKeyExchange, concat(params, encodeSigned(signature))),
        this.say(TYPE.certificateRequest, CERTIFICATE_REQUEST),
        this.say(TYPE.serverHelloDone, new Uint8Array(0)),
      ],
    }
  }

  #onCertificate(body: Uint8Array): Step {
    const certificate = decodeCertificate(body)
    this.#expects = TYPE.clientKeyExchange
    return certificate ? this.takeCertificate(certificate) : DAMAGED
  }

  #onKeyExchange(body: Uint8Array): Step {
    const point = decodeClientKeyExchange(body)
    if (!point) return DAMAGED
    this.#expects = TYPE.certificateVerify
    return this.agree(point) ? undefined : fault('protocol', ALERT.illegalParameter)
  }

  #onVerify(message: Handshake): Step {
    const verify = decodeSigned(message.body)
    if (!verify) return DAMAGED
    if (!this.signed(verify, this.transcript.bytes())) return fault('protocol', ALERT.decryptError)
    this.transcript.add(message)
    this.#expects = TYPE.finished
    return undefined
  }

  #onFinished(message: Handshake): Step {
    if (!this.isFinished(message.body)) return fault('protocol', ALERT.decryptError)
    this.transcript.add(message)
    return { flight: ['change-cipher-spec', this.say(TYPE.finished, this.verifyData('server'))] }
  }

  /** Whether all that comes now must be sealed. */
  get awaitsFinished(): boolean {
    return this.#expects === TYPE.finished
  }
}
