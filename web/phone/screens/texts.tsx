import { type ReactElement, useState } from 'react'
import { Form, Input, Label, TextField } from 'react-aria-components'
import type { Conversation } from '../../sdk/index.ts'
import { Press } from '../parts/controls.tsx'
import { Avatar, Nothing, Page, Waiting } from '../parts/shapes.tsx'
import { When } from '../parts/when.tsx'
import { useCell, useHouse, useNameOf } from '../state/hooks.ts'
import { dialled, fitting, isNumber, peopleOf } from '../state/numbers.ts'
import { hrefOf } from '../state/route.ts'
import { useWords } from '../words/index.ts'
import { Thread } from './thread.tsx'

const Row = ({ with: tel, name, last, unread }: Conversation): ReactElement => {
  const say = useWords()
  const nameOf = useNameOf()
  const { route } = useHouse()
  const { rest } = useCell(route)
  return (
    <li>
      <a className="talk" href={hrefOf('texts', tel)} aria-current={rest === tel ? 'true' : undefined}>
        <Avatar name={nameOf(tel, name)} tel={tel} />
        <span className="person-who">
          <b>{nameOf(tel, name)}</b>
          <span className="dim talk-last">
            {last.direction === 'out' && `${say('You')}: `}
            {last.msg}
          </span>
        </span>
        <span className="talk-side">
          <When atMs={last.atMs} />
          {unread > 0 && (
            <span className="badge badge-still">
              {unread}
              <span className="hidden"> {say('new')}</span>
            </span>
          )}
        </span>
      </a>
    </li>
  )
}

const NewText = ({ close }: { close(): void }): ReactElement => {
  const say = useWords()
  const { route, book } = useHouse()
  const [text, setText] = useState('')
  const found = fitting(peopleOf(useCell(book.groups).value), text, 1)
  const number = dialled(text)
  const target = isNumber(number) ? number : (found[0]?.tel ?? '')
  return (
    <Form
      className="new-text"
      onSubmit={(event) => {
        event.preventDefault()
        if (!target) return
        close()
        route.go('texts', target)
      }}
    >
      <TextField className="field grow" value={text} onChange={setText} autoFocus>
        <Label>{say('To')}</Label>
        <Input placeholder={say('Number or name')} autoComplete="off" spellCheck={false} />
      </TextField>
      <Press type="submit" look="main" isDisabled={!target}>
        {say('Write')}
      </Press>
    </Form>
  )
}

export const TextsPage = (): ReactElement => {
  const say = useWords()
  const { texts, route } = useHouse()
  const { rest } = useCell(route)
  const { state, value } = useCell(texts.conversations)
  const [fresh, setFresh] = useState(false)

  return (
    <div className={`texts ${rest ? 'texts-open' : ''}`}>
      <Page
        title={say('Texts')}
        tools={
          <Press look="main" onPress={() => setFresh(!fresh)}>
            {say('New text')}
          </Press>
        }
      >
        {fresh && <NewText close={() => setFresh(false)} />}
        {state === 'loading' && <Waiting word={say('Loading…')} />}
        {state === 'failed' && (
          <Nothing icon="text" title={say('The texts cannot be read.')}>
            <Press onPress={() => void texts.refresh()}>{say('Try again')}</Press>
          </Nothing>
        )}
        {state === 'ready' && value.length === 0 && (
          <Nothing icon="text" title={say('No texts yet.')}>
            <Press onPress={() => setFresh(true)}>{say('Write the first one')}</Press>
          </Nothing>
        )}
        <ul className="people">
          {value.map((one) => (
            <Row key={one.with} {...one} />
          ))}
        </ul>
      </Page>
      {rest ? (
        <Thread key={rest} number={rest} />
      ) : (
        <div className="thread thread-none">
          <Nothing icon="text" title={say('Choose a conversation.')} />
        </div>
      )}
    </div>
  )
}
