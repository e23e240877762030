import type { Subscriber } from '#core'
import { fromHex } from '#lib/bytes'
import { decodeRp, decodeTpdu, encodeRp, type Rp, type Submit, textParts } from '#sms'
import {
  aBinding,
  aPost,
  aSubscriber,
  aTransaction,
  later,
  replies,
  SMS_FEATURES,
  settled,
} from './fixture.ts'
import { createTexts } from './texts.ts'

export const alice = aSubscriber('alice', { msisdn: '+15550100' })
export const bob = aSubscriber('bob', { msisdn: '+15550101' })

export const aSubmit = (text: string, more: Partial<Submit> = {}): Submit => {
  const parts = textParts(text, { dcs: more.dcs ?? 0 })
  if (!parts.ok) throw new Error('not what the fixture is for')
  return {
    ...{ kind: 'submit', reference: 17, destination: { ton: 1, npi: 1, value: '15550101' }, pid: 0 },
    ...{ dcs: parts.value.dcs, userData: parts.value.parts[0] as Submit['userData'] },
    ...{ rejectDuplicates: false, reportWanted: false, replyPath: false },
    ...more,
  }
}
const centre = { ton: 1, npi: 1, value: '15550199' }
export const data = (tpdu: Uint8Array, reference = 42): Uint8Array =>
  encodeRp({ kind: 'data', direction: 'mo', reference, destination: centre, tpdu })
export const hex = (text: string): Uint8Array => fromHex(text) as Uint8Array

/** A service centre, and a handset that speaks to it. */
export const aCentre = (sender: Subscriber | undefined = alice) => {
  const post = aPost([alice, bob])
  post.bindings.push(aBinding(alice, { features: SMS_FEATURES, contact: 'sip:alice@192.0.2.10:5060' }))
  const texts = createTexts(post.ports, (_transaction, proved) => proved(sender), replies, later)
  const tell = async (body: Uint8Array, headers: [string, string][] = []) => {
    const transaction = aTransaction({ to: '+15550199', type: 'application/vnd.3gpp.sms', headers }, body)
    texts(transaction)
    await settled()
    return transaction
  }
  const heard = (): Rp => {
    const rp = decodeRp(post.sent.at(-1)?.request.body ?? new Uint8Array())
    if (!rp.ok) throw new Error('no answer in RP')
    return rp.value
  }
  const heardReport = () => {
    const rp = heard()
    if (!(rp.kind !== 'smma' && rp.tpdu)) throw new Error('not what the fixture is for')
    const tpdu = decodeTpdu(rp.tpdu, 'mt', rp.kind === 'error' ? 'error' : 'ack')
    if (!(tpdu.ok && tpdu.value.kind === 'submit-report')) throw new Error('not what the fixture is for')
    return tpdu.value
  }
  return { ...post, tell, heard, heardReport }
}
