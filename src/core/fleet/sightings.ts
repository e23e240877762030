import { sameUsed } from './claims.ts'
import type { Sighting, SimFacts } from './contract.ts'
import type { Entry } from './lines.ts'

/** What a sighting changes: another card, something that an operator cares about, or details. */
export type Change = 'nothing' | 'details' | 'state' | 'sim'

const FACTS = ['iccid', 'imsi', 'number', 'operator', 'plmn', 'balance'] as const
const NAMES = ['iccid', 'imsi', 'number'] as const

/** A copy that does not hold the datagram that it was part of. */
const own = (text: string): string => Array.from(text).join('')

/** Facts of another card take the place of those of the one before; else what is new is added. */
const notedSim = (entry: Entry, facts: SimFacts): Change => {
  const { sim } = entry
  let change: Change = 'nothing'
  for (const name of FACTS) {
    const value = facts[name]
    if (value === undefined || value === sim[name]) continue
    change = (NAMES as readonly string[]).includes(name) ? 'sim' : change === 'sim' ? 'sim' : 'state'
  }
  if (change === 'nothing') return change
  const isOther = (['iccid', 'imsi'] as const).some(
    (name) => facts[name] !== undefined && sim[name] !== undefined && facts[name] !== sim[name],
  )
  const next: SimFacts = isOther ? {} : { ...sim }
  for (const name of FACTS) {
    const value = facts[name]
    if (value !== undefined) next[name] = own(value)
  }
  entry.sim = next
  return change
}

/** Writes into the line what a sighting says beyond the state. Most say nothing new: that must cost next to nothing. */
export const noted = (entry: Entry, sighting: Sighting): Change => {
  const { sim, detail, imei, signal, limits, fields, state } = sighting
  let change: Change = state === entry.state ? 'nothing' : 'state'
  if (state !== entry.state || detail !== undefined) {
    if (detail !== entry.detail && change === 'nothing') change = 'state'
    entry.detail = detail
  }
  if (imei !== undefined && imei !== entry.imei) {
    entry.imei = own(imei)
    change = 'state'
  }
  if (limits && !sameUsed(entry.limits, limits)) {
    entry.limits = limits
    entry.sentSince = 0
    if (change === 'nothing') change = 'details'
  } else if (limits) entry.sentSince = 0
  if (signal !== undefined) entry.signal = signal
  if (fields) entry.fields = fields
  const ofSim = sim ? notedSim(entry, sim) : 'nothing'
  return ofSim === 'sim' || change === 'nothing' ? ofSim : change
}
