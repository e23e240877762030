import type { ReactElement } from 'react'
import type { MailMessage } from '../../sdk/index.ts'
import { Press } from '../parts/controls.tsx'
import { Player } from '../parts/player.tsx'
import { Avatar, Nothing, Page, Waiting } from '../parts/shapes.tsx'
import { When } from '../parts/when.tsx'
import { belowName, useCell, useHouse, useNameOf } from '../state/hooks.ts'
import { isMailHere } from '../state/mail.ts'
import { isWithheld } from '../state/numbers.ts'
import { useWords } from '../words/index.ts'
import { Greeting } from './greeting.tsx'

const Row = ({ id, from, name: given, atMs, ms, heard, urgent }: MailMessage): ReactElement => {
  const say = useWords()
  const nameOf = useNameOf()
  const { api, mail, ...house } = useHouse()
  const name = nameOf(from, given)
  return (
    <li className={`voice ${heard ? '' : 'voice-new'}`}>
      <Avatar name={name} tel={from} />
      <div className="person-who">
        <b>{name}</b>
        <span className="dim">
          {!heard && <span className="mark">{say('New')}</span>}
          {urgent && <span className="mark mark-urgent">{say('Urgent')}</span>}
          <span className="number">{belowName(name, from)}</span>
        </span>
      </div>
      <When atMs={atMs} />
      <div className="person-tools">
        <Press
          icon="trash"
          look="plain"
          aria-label={say('Delete the message of {name}', { name })}
          onPress={() => void mail.drop(id)}
        />
        <Press
          icon="phone"
          aria-label={say('Call {name}', { name })}
          isDisabled={isWithheld(from)}
          onPress={() => house.dial(from)}
        />
      </div>
      <Player
        src={api.mailUrl(id)}
        ms={ms}
        label={say('Message of {name}', { name })}
        onPlay={() => void mail.heard(id)}
      />
    </li>
  )
}

/** Another exchange keeps them, and says only how many there are. */
const MailElsewhere = (): ReactElement => {
  const say = useWords()
  const counts = useCell(useHouse().phone.voiceMail)
  const n = (counts?.new ?? 0) + (counts?.newUrgent ?? 0)
  return (
    <Page title={say('Voice mail')}>
      <Nothing
        icon="mail"
        title={
          n === 0
            ? say('No messages.')
            : say('{n, plural, one {# new message} other {# new messages}}', { n })
        }
      >
        <p className="dim">{say('Your exchange keeps them: call its voice mail number to hear them.')}</p>
      </Nothing>
    </Page>
  )
}

export const Mailbox = (): ReactElement => {
  const { me, phone } = useHouse()
  useCell(phone.line)
  return isMailHere(me, phone.features()) ? <MailHere /> : <MailElsewhere />
}

const MailHere = (): ReactElement => {
  const say = useWords()
  const house = useHouse()
  const { mail } = house
  const { state, value } = useCell(mail.messages)
  return (
    <Page title={say('Voice mail')}>
      {state === 'loading' && <Waiting word={say('Loading…')} />}
      {state === 'failed' && (
        <Nothing icon="mail" title={say('The mailbox cannot be read.')}>
          <Press onPress={() => void mail.refresh()}>{say('Try again')}</Press>
        </Nothing>
      )}
      {state === 'ready' && value.length === 0 && (
        <Nothing icon="mail" title={say('No messages.')}>
          <p className="dim">{say('Whoever reaches your mailbox is heard here.')}</p>
        </Nothing>
      )}
      <ul className="people">
        {value.map((message) => (
          <Row key={message.id} {...message} />
        ))}
      </ul>
      {house.phone.features().mailbox && <Greeting />}
    </Page>
  )
}
