import { type KeyboardEvent, type ReactElement, useEffect, useMemo, useRef, useState } from 'react'
import { Form, Input, TextField } from 'react-aria-components'
import { Press } from '../parts/controls.tsx'
import { Avatar } from '../parts/shapes.tsx'
import { useCell, useHouse } from '../state/hooks.ts'
import { dialled, fitting, isNumber, peopleOf } from '../state/numbers.ts'
import { useWords } from '../words/index.ts'
import { Keypad } from './keypad.tsx'
import { Lately } from './lately.tsx'

/** What of the typed text is called: a name means the first person of that name. Empty: nobody is meant. */
const targetOf = (text: string, first: { tel: string } | undefined): string => {
  const number = dialled(text)
  return isNumber(number) || text.includes('@') || !first ? number : first.tel
}

export const Dial = (): ReactElement => {
  const say = useWords()
  const house = useHouse()
  const { value: groups } = useCell(house.book.groups)
  const { video } = useCell(house.settings)
  const line = useCell(house.phone.line)
  const history = useCell(house.history.calls)
  const [text, setText] = useState('')
  const [missed, setMissed] = useState('')
  const input = useRef<HTMLInputElement>(null)
  const people = useMemo(() => peopleOf(groups), [groups])
  const found = useMemo(() => fitting(people, text, 3), [people, text])
  const canVideo = video && line.kind === 'ready' && house.phone.features().video
  const last = history.value.length > 0 ? house.history.last() : ''

  useEffect(() => {
    // Whoever has a keyboard may type at once; on a telephone its screen keyboard would hide ours.
    if (document.activeElement === document.body && matchMedia('(pointer: fine)').matches)
      input.current?.focus()
  }, [])

  const call = (withVideo = false) => {
    // An empty field first shows the number called last, as telephones do.
    if (!text.trim()) return setText(last)
    const target = targetOf(text, found[0])
    if (!target) return setMissed(text)
    house.dial(target, { video: withVideo })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') setText('')
    if (event.key === 'ArrowDown') document.querySelector<HTMLElement>('.suggestion')?.focus()
  }

  return (
    <section className="dial" aria-label={say('Dial a number')}>
      <Lately />
      <Form
        className="dial-form"
        onSubmit={(event) => {
          event.preventDefault()
          call()
        }}
      >
        <div className="dial-field">
          <TextField
            className="dial-text"
            name="dial"
            aria-label={say('Number or name')}
            value={text}
            onChange={(next) => setText(next.replace(/^(tel|sips?|callto):/i, '').slice(0, 64))}
          >
            <Input
              ref={input}
              name="dial"
              placeholder={say('Number or name')}
              autoComplete="off"
              spellCheck={false}
              onKeyDown={onKeyDown}
            />
          </TextField>
          {text && (
            <Press
              icon="erase"
              look="plain"
              aria-label={say('Delete the last digit')}
              onPress={() => setText(text.slice(0, -1))}
            />
          )}
        </div>
        {missed !== '' && missed === text && (
          <p className="dim" role="alert">
            {say('Nobody of this name.')}
          </p>
        )}
        <ul className="suggestions" aria-label={say('Suggestions')}>
          {found.map(({ name, tel }) => (
            <li key={`${tel}${name}`}>
              <Press look="plain" className="suggestion" onPress={() => house.dial(tel)}>
                <Avatar name={name} tel={tel} />
                <span className="grow">{name}</span>
                <span className="dim number">{tel}</span>
              </Press>
            </li>
          ))}
        </ul>
        <Keypad onKey={(key) => setText((before) => (before + key).slice(0, 64))} />
        <div className="dial-go">
          <Press
            icon="phone"
            look="go"
            type="submit"
            className="dial-call"
            aria-label={text || !last ? say('Call') : say('Redial {number}', { number: last })}
          />
          {canVideo && (
            <Press
              icon="video"
              className="dial-video"
              aria-label={say('Video call')}
              isDisabled={!text}
              onPress={() => call(true)}
            />
          )}
        </div>
      </Form>
    </section>
  )
}
