import { useMemo, useState } from 'react'
import { useCell, useHouse } from './hooks.ts'
import { dialled, fitting, isNumber, type Person, peopleOf } from './numbers.ts'

export type Targets = {
  text: string
  setText(text: string): void
  /** Those who fit what is typed; the first of all when nothing is. */
  found: readonly Person[]
  /** What Enter means; empty: nothing. */
  target: string
  /** Something is typed, and nobody is meant by it. */
  nobody: boolean
}

/** Somebody to send `other` to, by number or by name. */
export const useTargets = (other: string): Targets => {
  const { book, me } = useHouse()
  const { value: groups } = useCell(book.groups)
  const [text, setText] = useState('')
  const people = useMemo(
    () => peopleOf(groups).filter(({ tel }) => tel !== other && tel !== me.tel),
    [groups, other, me.tel],
  )
  const found = text ? fitting(people, text, 3) : people.slice(0, 3)
  const number = dialled(text)
  const means = isNumber(number) || text.includes('@') ? number : (found[0]?.tel ?? number)
  return { text, setText, found, target: text ? means : '', nobody: text.trim() !== '' && means === '' }
}
