import type { PhoneItem } from '#core'
import type { Batch } from '../batch.ts'

type Name = Pick<PhoneItem, 'kind' | 'name'>

/** Of each item its last state; whoever changed one is told of the commit. */
export type PendingPhone = {
  put(item: PhoneItem): void
  remove(item: Name): void
  readonly urgent: number
  take(batch: Batch): void
}

export const createPendingPhone = (): PendingPhone => {
  let items = new Map<string, PhoneItem | Name>()
  const keyOf = ({ kind, name }: Name): string => `${kind}:${name}`
  return {
    put: (item) => void items.set(keyOf(item), item),
    remove: ({ kind, name }) => void items.set(keyOf({ kind, name }), { kind, name }),
    get urgent() {
      return items.size
    },
    take: (batch) => {
      for (const item of items.values())
        if ('value' in item) batch.phoneItems.push(item.kind, item.name, item.impi, item.value, item.atMs)
        else batch.phoneGone.push(item.kind, item.name)
      if (items.size > 0) items = new Map()
    },
  }
}
