import { EMPTY } from '#lib/bytes'

/**
 * A SIP message, RFC 3261 §7. Text is Latin-1, one character per octet, so that a value which nobody
 * understands is passed on exactly as it came. Names of known headers are in their canonical spelling.
 */
export type SipRequest = { kind: 'request'; method: string; uri: string; headers: Headers; body: Uint8Array }
export type SipResponse = {
  kind: 'response'
  status: number
  reason: string
  headers: Headers
  body: Uint8Array
}
export type SipMessage = SipRequest | SipResponse

/** The header fields in their order, one entry a line; a comma list stays one entry until somebody asks for it. */
export class Headers {
  readonly names: string[] = []
  readonly values: string[] = []

  /** Value of the first line of that name. */
  get(name: string): string | undefined {
    const { names } = this
    for (let i = 0; i < names.length; i++) if (names[i] === name) return this.values[i]
    return undefined
  }

  /** Values of all lines of that name, uncut. */
  all(name: string): string[] {
    const found: string[] = []
    for (let i = 0; i < this.names.length; i++)
      if (this.names[i] === name) found.push(this.values[i] as string)
    return found
  }

  has(name: string): boolean {
    return this.names.includes(name)
  }

  add(name: string, value: string): this {
    this.names.push(name)
    this.values.push(value)
    return this
  }

  /** Puts a line before all others, as Via and Record-Route need. */
  prepend(name: string, value: string): this {
    this.names.unshift(name)
    this.values.unshift(value)
    return this
  }

  /** Replaces the first line of that name and drops the others; adds one where there was none. */
  set(name: string, value: string): this {
    const at = this.names.indexOf(name)
    if (at < 0) return this.add(name, value)
    this.values[at] = value
    for (let i = this.names.length - 1; i > at; i--) if (this.names[i] === name) this.#drop(i)
    return this
  }

  remove(name: string): this {
    for (let i = this.names.length - 1; i >= 0; i--) if (this.names[i] === name) this.#drop(i)
    return this
  }

  #drop(at: number): void {
    this.names.splice(at, 1)
    this.values.splice(at, 1)
  }
}

export const createRequest = (method: string, uri: string, headers = new Headers()): SipRequest => ({
  kind: 'request',
  method,
  uri,
  headers,
  body: EMPTY,
})

/** A response with the headers that RFC 3261 §8.2.6.2 copies from the request; the To tag is the caller's to add. */
export const createResponse = (request: SipRequest, status: number, reason: string): SipResponse => {
  const headers = new Headers()
  const { names, values } = request.headers
  for (let i = 0; i < names.length; i++) {
    const name = names[i]
    if (name === 'Via' || name === 'From' || name === 'To' || name === 'Call-ID' || name === 'CSeq')
      headers.add(name, values[i] as string)
  }
  return { kind: 'response', status, reason, headers, body: EMPTY }
}
