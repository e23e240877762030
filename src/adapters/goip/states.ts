import type { LineState, SimFacts } from '#core'
import type { LineSettings } from './ports.ts'

const IN_CALL = /^(?:DIALING|ALERTING|CONNECTED|INCOMING|ACTIVE|BUSY)/i

/** `gsm_status` decides; a channel without it is one of the oldest firmware, and taken as usable. */
export const lineStateOf = (fields: Map<string, string>): LineState => {
  const gsm = fields.get('gsm_status')?.toUpperCase()
  if (gsm === 'LOGOUT' || gsm === 'DOWN')
    return fields.has('iccid') || fields.has('imsi') ? 'not-registered' : 'no-sim'
  return stateInCall('registered', fields.get('voip_state') ?? '')
}

/** Only a line that is registered can be in a call, and be back from one. */
export const stateInCall = (said: LineState, word: string): LineState => {
  if (said !== 'registered' && said !== 'in-call') return said
  return IN_CALL.test(word) ? 'in-call' : 'registered'
}

export const simOf = ({ number }: LineSettings, fields: Map<string, string>): SimFacts => {
  const facts: SimFacts = {}
  for (const [name, value] of [
    ['number', fields.get('num') ?? (number === '' ? undefined : number)],
    ['imsi', fields.get('imsi')],
    ['iccid', fields.get('iccid')],
    ['operator', fields.get('pro')],
  ] as const)
    if (value !== undefined) facts[name] = value
  return facts
}
