import type { ReactElement } from 'react'
import { Form, Input, Label, TextField } from 'react-aria-components'
import { Press } from '../parts/controls.tsx'
import { Avatar } from '../parts/shapes.tsx'
import type { Shown } from '../state/hooks.ts'
import { useTargets } from '../state/targets.ts'
import { useWords } from '../words/index.ts'

/** Whoever rings here is sent on without being answered (302). Escape goes back to the other buttons. */
export const SendElsewhere = ({ call, view, back }: Shown & { back(): void }): ReactElement => {
  const say = useWords()
  const { text, setText, found, target, nobody } = useTargets(view.with)
  const send = (to: string) => void call.reject({ to })
  return (
    <Form
      className="elsewhere"
      onSubmit={(event) => {
        event.preventDefault()
        if (target) send(target)
      }}
    >
      <TextField
        className="field"
        value={text}
        onChange={setText}
        onKeyDown={(event) => {
          if (event.key === 'Escape') back()
          // Keys with Alt are for the phone.
          else event.continuePropagation()
        }}
        autoFocus
      >
        <Label>{say('Send the call to')}</Label>
        <Input placeholder={say('Number or name')} autoComplete="off" spellCheck={false} />
      </TextField>
      {nobody && (
        <p className="dim" role="status">
          {say('Nobody of this name.')}
        </p>
      )}
      <ul className="targets">
        {found.map(({ name, tel }) => (
          <li key={`${tel}${name}`}>
            <Press look="plain" className="suggestion" onPress={() => send(tel)}>
              <Avatar name={name} tel={tel} />
              <span className="grow">{name || tel}</span>
              {name && name !== tel && <span className="dim number">{tel}</span>}
            </Press>
          </li>
        ))}
      </ul>
      <div className="second-buttons">
        <Press onPress={back}>{say('Back')}</Press>
        <Press type="submit" look="main" isDisabled={!target}>
          {say('Send')}
        </Press>
      </div>
    </Form>
  )
}
