import assert from 'node:assert/strict'
import { aHouse, aSubscriber } from './house.ts'
import { open } from './script-calls.ts'
import { aScriptPhone, type ScriptPhone } from './script-phone.ts'

type Options = NonNullable<Parameters<typeof aHouse>[0]>
export type Fields = [name: string, value: string][]

export const SOS = 'urn:service:sos'
export const ANONYMOUS: Fields = [['From', '<sip:anonymous@anonymous.invalid>;tag=a1']]

export const aTown = async (
  emergency: Options['emergency'] = { to: 'sip:desk' },
  more: Partial<Options> = {},
) => {
  const house = aHouse({
    subscribers: [open('alice'), open('desk'), open('fire'), aSubscriber('carol')],
    emergency,
    ...more,
  })
  const alice = aScriptPhone(house, 'alice', '192.0.2.10')
  const desk = aScriptPhone(house, 'desk', '192.0.2.11')
  const fire = aScriptPhone(house, 'fire', '192.0.2.12')
  const stranger = aScriptPhone(house, 'nobody', '192.0.2.66')
  for (const phone of [alice, desk, fire]) assert.equal(await phone.register(), 200)
  const call = async (phone: ScriptPhone, uri: string, headers: Fields = []) => {
    const sent = phone.send(phone.invitation(uri, { headers }))
    await house.settle()
    return sent
  }
  const record = () => [...house.store.calls.values()].at(-1)
  return { house, alice, desk, fire, stranger, call, record }
}
export const rung = (phone: ScriptPhone) => phone.got('INVITE').length
export const bodyOf = (sent: { last(): { body: Uint8Array } | undefined }) =>
  Buffer.from(sent.last()?.body ?? []).toString()
export const header = (
  sent: { last(): { headers: { get(name: string): string | undefined } } | undefined },
  name: string,
) => sent.last()?.headers.get(name)
