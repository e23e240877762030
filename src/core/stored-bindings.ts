import type { Transport } from '#lib/wire'
import { KeptBinding, printOf } from './kept-binding.ts'
import type { StoredBinding } from './ports.ts'
import type { Subscriber } from './subscribers.ts'

type Row = [
  q: number,
  /** Its print; earlier versions wrote the whole text. */
  callId: number | string,
  cseq: number,
  transport: Transport,
  address: string,
  port: number,
  listener: number,
  path: readonly string[],
  instance: string | null,
  regId: number | null,
  features: string,
  userAgent: string,
]

export const storedOf = (b: KeptBinding): StoredBinding => {
  const row: Row = [
    b.q,
    b.callPrint,
    b.cseq,
    b.transport,
    b.address,
    b.port,
    b.listener,
    b.path,
    b.instance ?? null,
    b.regId ?? null,
    b.features,
    b.userAgent,
  ]
  return {
    impi: b.subscriber.impi,
    contact: b.contact,
    data: JSON.stringify(row),
    expiresAtMs: b.expiresAtMs,
  }
}

/** Undefined when the row is not one of ours: such a binding is forgotten, the phone will register again. */
export const bindingOfStored = (stored: StoredBinding, subscriber: Subscriber): KeptBinding | undefined => {
  let row: Row
  try {
    row = JSON.parse(stored.data)
  } catch {
    return undefined
  }
  if (!Array.isArray(row) || row.length !== 12) return undefined
  const [q, call, cseq, transport, address, port, listener, path, instance, regId, features, userAgent] = row
  const wish = {
    contact: stored.contact,
    q,
    cseq,
    transport,
    address,
    port,
    listener,
    path,
    instance: instance ?? undefined,
    regId: regId ?? undefined,
    features,
    userAgent,
  }
  const callPrint = typeof call === 'string' ? printOf(call) : call
  const binding = new KeptBinding(subscriber, wish, stored.expiresAtMs, callPrint)
  binding.stored()
  return binding
}
