import type { Credentials, IceSource } from './agent.ts'
import { isSigned } from './integrity.ts'
import {
  ATTRIBUTE,
  BINDING_ERROR,
  BINDING_REQUEST,
  BINDING_SUCCESS,
  createScan,
  MAGIC,
  read16,
  scanStun,
} from './stun.ts'
import { StunWriter } from './writer.ts'

export type CheckPlan = {
  /** Of the agent that is asked. */
  remote: Credentials
  /** Our own ufrag. */
  ufrag: string
  /** 12 unpredictable octets. */
  transaction: Uint8Array
  priority?: number
  nominate?: boolean
  role?: 'controlling' | 'controlled'
}

/** A connectivity check, RFC 8445 §7.2.2: the side of a browser, for tests and simulators. */
export const encodeCheck = (plan: CheckPlan): Uint8Array => {
  const text = new TextEncoder()
  const writer = new StunWriter()
  writer.begin(BINDING_REQUEST, plan.transaction, 0)
  writer.value(ATTRIBUTE.username, text.encode(`${plan.remote.ufrag}:${plan.ufrag}`))
  writer.value(ATTRIBUTE[plan.role ?? 'controlling'], new Uint8Array(8).fill(7))
  writer.number(ATTRIBUTE.priority, plan.priority ?? 0x6e7f1eff)
  if (plan.nominate) writer.value(ATTRIBUTE.useCandidate, new Uint8Array(0))
  writer.integrity(text.encode(plan.remote.pwd))
  writer.fingerprint()
  return writer.message().slice()
}

export type CheckAnswer = { transaction: Uint8Array; mapped?: IceSource; errorCode?: number }

/** The answer to a check, or undefined: no STUN, no answer, or not signed with that password. */
export const decodeAnswer = (bytes: Uint8Array, pwd: string): CheckAnswer | undefined => {
  const scan = createScan()
  if (scanStun(scan, bytes, 0, bytes.length)) return undefined
  if (scan.type !== BINDING_SUCCESS && scan.type !== BINDING_ERROR) return undefined
  if (scan.integrity < 0 || !isSigned(bytes, 0, scan.integrity, new TextEncoder().encode(pwd)))
    return undefined
  const transaction = bytes.slice(8, 20)
  if (scan.type === BINDING_ERROR) return { transaction, errorCode: scan.errorCode }
  const mapped = mappedOf(bytes, scan.mapped, scan.mappedLength)
  return mapped ? { transaction, mapped } : undefined
}

const mappedOf = (bytes: Uint8Array, at: number, length: number): IceSource | undefined => {
  if (at < 0 || bytes[at + 1] !== (length === 8 ? 1 : 2)) return undefined
  const address = bytes.slice(at + 4, at + length)
  for (let i = 0; i < address.length; i++) address[i] = (address[i] as number) ^ (bytes[4 + i] as number)
  return { address, port: read16(bytes, at + 2) ^ (MAGIC >>> 16) }
}
