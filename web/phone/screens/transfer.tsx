import type { ReactElement } from 'react'
import { Form, Input, Label, TextField } from 'react-aria-components'
import { Press } from '../parts/controls.tsx'
import { Avatar, LampMark } from '../parts/shapes.tsx'
import { type Shown, useCell, useHouse, useIsEcho, useNameOf } from '../state/hooks.ts'
import { useTargets } from '../state/targets.ts'
import { useWords } from '../words/index.ts'

/** One click sends the call on; "Ask first" talks to the new party before. */
export const Transfer = ({
  call,
  view,
  others,
  close,
}: Shown & { others: readonly Shown[]; close(): void }): ReactElement => {
  const say = useWords()
  const nameOf = useNameOf()
  const isEcho = useIsEcho()
  const { phone } = useHouse()
  const lamps = useCell(phone.lamps.all)
  const { text, setText, found, target, nobody } = useTargets(view.with)
  const busy = view.busy !== undefined
  const now = (to: string) => {
    void call.transfer(to)
    close()
  }
  const ask = (to: string) => {
    void call.consult(to)
    close()
  }

  return (
    <section className="drawer transfer" aria-label={say('Transfer')}>
      <Form
        onSubmit={(event) => {
          event.preventDefault()
          if (target) now(target)
        }}
      >
        <TextField className="field" value={text} onChange={setText} autoFocus>
          <Label>{say('Transfer to')}</Label>
          <Input placeholder={say('Number or name')} autoComplete="off" spellCheck={false} />
        </TextField>
        <div className="second-buttons">
          <Press isDisabled={!target || busy} onPress={() => ask(target)}>
            {say('Ask first')}
          </Press>
          <Press type="submit" look="main" isDisabled={!target || busy}>
            {say('Transfer now')}
          </Press>
        </div>
      </Form>
      {nobody && (
        <p className="dim" role="status">
          {say('Nobody of this name.')}
        </p>
      )}
      <ul className="targets">
        {others.map((other) => (
          <li key={other.view.id}>
            <span className="grow">{nameOf(other.view.with, other.view.name)}</span>
            <Press isDisabled={isEcho(other.view.with)} onPress={() => void call.join(other.call)}>
              {isEcho(other.view.with) ? say('The echo is not put through') : say('Connect them')}
            </Press>
          </li>
        ))}
        {found.map(({ name, tel }) => {
          const lamp = lamps.get(tel)
          return (
            <li key={`${tel}${name}`}>
              <Avatar name={name} tel={tel} />
              <span className="grow">
                {name || tel}
                <br />
                {lamp ? (
                  <LampMark lamp={lamp.lamp} />
                ) : (
                  name && name !== tel && <span className="dim number">{tel}</span>
                )}
              </span>
              <Press
                look="plain"
                isDisabled={busy}
                onPress={() => ask(tel)}
                aria-label={say('Ask first: {name}', { name })}
              >
                {say('Ask first')}
              </Press>
              <Press isDisabled={busy} onPress={() => now(tel)} aria-label={say('Now: {name}', { name })}>
                {say('Now')}
              </Press>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
