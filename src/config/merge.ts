import { heightOf, type Member, type ObjectValue, type Value, weightOf } from './value.ts'

/** Everything reachable from a variable may be used many times, so nobody may change it in place. */
export const share = (value: Value): Value => {
  if ((value.kind !== 'object' && value.kind !== 'array') || value.shared) return value
  value.shared = true
  if (value.kind === 'array') for (const item of value.items) share(item)
  else for (const member of value.members.values()) share(member.value)
  return value
}

const owned = (value: ObjectValue): ObjectValue =>
  value.shared ? { ...value, members: new Map(value.members), shared: false } : value

/**
 * Sets a property as reading order asks (manual 5.1): objects are merged recursively, all else is replaced.
 * The work is bounded by the size of what is added, plus one shallow copy per shared object.
 */
export const put = (into: ObjectValue, key: string, added: Member): void => {
  const before = into.members.get(key)
  let value = added.value
  if (before?.value.kind === 'object' && value.kind === 'object') {
    const target = owned(before.value)
    mergeInto(target, value)
    value = target
  }
  into.members.set(key, { place: added.place, value })
  into.height = Math.max(into.height, heightOf(value) + 1)
  into.weight += weightOf(added.value)
}

/** Merges the properties of `added` over those of `into`, which must not be shared. */
export const mergeInto = (into: ObjectValue, added: ObjectValue): void => {
  for (const [key, member] of added.members) put(into, key, member)
}
