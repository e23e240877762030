import { type ReactElement, useState } from 'react'
import { Press } from '../parts/controls.tsx'
import { Search } from '../parts/search.tsx'
import { Avatar, LampMark, Nothing, Page, Waiting } from '../parts/shapes.tsx'
import { useCell, useHouse, useNameOf } from '../state/hooks.ts'
import { fitting, type Person, peopleOf } from '../state/numbers.ts'
import { useWords } from '../words/index.ts'

const Row = ({ name: given, tel, blf }: Omit<Person, 'group'>): ReactElement => {
  const say = useWords()
  const house = useHouse()
  const nameOf = useNameOf()
  const lamp = useCell(house.phone.lamps.all).get(tel)
  const { video } = useCell(house.settings)
  const can = house.phone.features()
  const name = given || tel
  const about = lamp?.remote && lamp.lamp !== 'idle' ? nameOf(lamp.remote, lamp.remoteName) : ''
  const mine = tel === house.me.tel

  return (
    <li className="person">
      <Avatar name={name} tel={tel} />
      <div className="person-who">
        <b>{name}</b>
        <span className="dim">
          {name !== tel && <span className="number">{tel}</span>}
          {name !== tel && about && ' · '}
          {about}
        </span>
      </div>
      {blf && !mine && <LampMark lamp={lamp?.lamp ?? 'unavailable'} />}
      {mine ? (
        <span className="dim person-me">{say('You')}</span>
      ) : (
        <div className="person-tools">
          {can.messages && (
            <Press
              icon="text"
              look="plain"
              className="person-text"
              aria-label={say('Write to {name}', { name })}
              onPress={() => house.route.go('texts', tel)}
            />
          )}
          {can.video && video && (
            <Press
              icon="video"
              look="plain"
              className="person-video"
              aria-label={say('Video call to {name}', { name })}
              onPress={() => house.dial(tel, { video: true })}
            />
          )}
          <Press icon="phone" aria-label={say('Call {name}', { name })} onPress={() => house.dial(tel)} />
        </div>
      )}
    </li>
  )
}

export const People = (): ReactElement => {
  const say = useWords()
  const { book, route } = useHouse()
  const { state, value: groups } = useCell(book.groups)
  const [q, setQ] = useState('')
  const found = fitting(peopleOf(groups), q, 100)

  return (
    <Page title={say('People')}>
      <Search label={say('Search people')} value={q} onChange={setQ} />
      {state === 'loading' && <Waiting word={say('Loading…')} />}
      {state === 'failed' && groups.length === 0 && (
        <Nothing icon="people" title={say('The phone book cannot be read.')}>
          <Press onPress={() => void book.load()}>{say('Try again')}</Press>
        </Nothing>
      )}
      {state === 'ready' && groups.length === 0 && (
        <Nothing icon="people" title={say('The phone book is empty.')}>
          <p className="dim">{say('Your administrator fills it. Any number can be dialled meanwhile.')}</p>
          <Press onPress={() => route.go('keys')}>{say('Dial a number')}</Press>
        </Nothing>
      )}
      {q.trim() ? (
        found.length > 0 ? (
          <ul className="people">
            {found.map((person) => (
              <Row key={`${person.tel}${person.name}`} {...person} />
            ))}
          </ul>
        ) : (
          <Nothing icon="search" title={say('Nobody fits “{q}”.', { q })} />
        )
      ) : (
        groups.map(({ name, entries }) => (
          <section key={name} className="group" aria-label={name || undefined}>
            {name && <h3>{name}</h3>}
            <ul className="people">
              {entries.map((entry) => (
                <Row key={`${entry.tel}${entry.name}`} {...entry} />
              ))}
            </ul>
          </section>
        ))
      )}
    </Page>
  )
}
