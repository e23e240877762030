import { type ReactElement, useEffect } from 'react'
import { Button } from 'react-aria-components'
import { useHouse } from '../state/hooks.ts'

const LETTERS: Record<string, string> = {
  ...{ 2: 'ABC', 3: 'DEF', 4: 'GHI', 5: 'JKL', 6: 'MNO', 7: 'PQRS', 8: 'TUV', 9: 'WXYZ', 0: '+' },
}
const KEYS = [...'123456789*0#']

/** What is typed while keys are shown, except into a field. */
export const useTyped = (onKey: (key: string) => void): void => {
  useEffect(() => {
    const onDown = (event: KeyboardEvent): void => {
      const { key, target, repeat, altKey, ctrlKey, metaKey } = event
      const isField = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement
      if (isField || repeat || altKey || ctrlKey || metaKey || !KEYS.includes(key)) return
      event.preventDefault()
      onKey(key)
    }
    addEventListener('keydown', onDown)
    return () => removeEventListener('keydown', onDown)
  })
}

/** Twelve keys. */
export const Keypad = ({ onKey }: { onKey(key: string): void }): ReactElement => {
  const { ringer } = useHouse()
  return (
    <div className="keypad">
      {KEYS.map((key) => (
        <Button
          key={key}
          className="key"
          onPress={() => {
            ringer.once('key', key)
            onKey(key)
          }}
        >
          {/* The letters are painted, not written: a key's name is its digit. */}
          <span data-letters={LETTERS[key]}>{key}</span>
        </Button>
      ))}
    </div>
  )
}
