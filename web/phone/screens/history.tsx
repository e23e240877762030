import { type ReactElement, useEffect, useState } from 'react'
import type { HistoryCall } from '../../sdk/index.ts'
import { Press } from '../parts/controls.tsx'
import { Icon } from '../parts/icon.tsx'
import { Player } from '../parts/player.tsx'
import { Search } from '../parts/search.tsx'
import { Nothing, Page, Waiting } from '../parts/shapes.tsx'
import { When } from '../parts/when.tsx'
import { belowName, useCell, useHouse, useNameOf } from '../state/hooks.ts'
import { clockOf, isWithheld } from '../state/numbers.ts'
import { outcomeOf } from '../state/outcome.ts'
import { type Say, useWords } from '../words/index.ts'
import { causeWords } from '../words/troubles.ts'

const resultOf = (call: HistoryCall, say: Say): string => {
  const outcome = outcomeOf(call)
  if (outcome === 'missed')
    return call.voiceMail === 'message' ? say('Missed, with a message') : say('Missed')
  if (outcome === 'declined') return say('Declined')
  if (outcome === 'unreached') return say('You were not reached')
  if (call.answeredAtMs && call.endedAtMs) {
    const clock = clockOf(call.endedAtMs - call.answeredAtMs)
    return call.voiceMail ? `${say('Voice mail')} · ${clock}` : clock
  }
  return causeWords(call.cause ?? undefined, say) ?? say('Not answered')
}

const Row = (call: HistoryCall): ReactElement => {
  const say = useWords()
  const house = useHouse()
  const nameOf = useNameOf()
  const [open, setOpen] = useState(false)
  const name = call.voiceMail === 'own' ? say('Voice mail') : nameOf(call.with, call.name)
  const direction = outcomeOf(call) === 'missed' ? 'missed' : call.direction
  const words = { missed: say('Missed call'), in: say('Incoming call'), out: say('Outgoing call') }[direction]
  return (
    <li className={`past past-${direction}`}>
      <span className="past-face" title={words}>
        <Icon name={direction} size={20} />
        <span className="hidden">{words}</span>
      </span>
      <div className="person-who">
        <b>{name}</b>
        <span className="dim">
          {belowName(name, call.with) && <span className="number">{call.with} · </span>}
          {call.video && `${say('Video')} · `}
          <span className="number">{resultOf(call, say)}</span>
        </span>
      </div>
      <When atMs={call.startedAtMs} />
      <div className="person-tools">
        {call.recordings.length > 0 && (
          <Press
            icon={open ? 'close' : 'play'}
            look="plain"
            aria-label={say('Recording of the call with {name}', { name })}
            aria-expanded={open}
            onPress={() => setOpen(!open)}
          />
        )}
        {direction === 'missed' && call.voiceMail === 'message' && (
          <Press
            icon="mail"
            look="plain"
            aria-label={say('Go to the message of {name}', { name })}
            onPress={() => house.route.go('mail')}
          />
        )}
        <Press
          icon="text"
          look="plain"
          className="person-video"
          aria-label={say('Write to {name}', { name })}
          isDisabled={isWithheld(call.with)}
          onPress={() => house.route.go('texts', call.with)}
        />
        <Press
          icon="phone"
          aria-label={say('Call {name}', { name })}
          isDisabled={isWithheld(call.with)}
          onPress={() => house.dial(call.with, { video: call.video })}
        />
      </div>
      {open && (
        <div className="past-recordings">
          {call.recordings.map(({ id, ms, voice }) => {
            const speaker = voice && (voice === 'own' ? say('You') : name)
            return (
              <div key={id} className="past-recording">
                {speaker && <b>{speaker}</b>}
                <Player
                  src={house.api.recordingUrl(id)}
                  ms={ms}
                  label={speaker ? say('Recording: {name}', { name: speaker }) : say('Recording')}
                />
              </div>
            )
          })}
        </div>
      )}
    </li>
  )
}

export const HistoryPage = (): ReactElement => {
  const say = useWords()
  const { history, route } = useHouse()
  const { state, value, next, q } = useCell(history.calls)
  const [typed, setTyped] = useState(q)

  // What ended elsewhere, in a mailbox or at another phone, is told by nothing else.
  useEffect(() => void history.refresh(), [history])

  useEffect(() => {
    if (typed === history.calls.get().q) return
    const timer = setTimeout(() => void history.search(typed), 250)
    return () => clearTimeout(timer)
  }, [typed, history])

  return (
    <Page title={say('History')}>
      <Search label={say('Search calls')} value={typed} onChange={setTyped} />
      {state === 'loading' && <Waiting word={say('Loading…')} />}
      {state === 'failed' && (
        <Nothing icon="history" title={say('The history cannot be read.')}>
          <Press onPress={() => void history.refresh()}>{say('Try again')}</Press>
        </Nothing>
      )}
      {state === 'ready' &&
        value.length === 0 &&
        (q ? (
          <Nothing icon="search" title={say('No call fits “{q}”.', { q })} />
        ) : (
          <Nothing icon="history" title={say('No calls yet.')}>
            <Press onPress={() => route.go('keys')}>{say('Make the first one')}</Press>
          </Nothing>
        ))}
      <ul className="people">
        {value.map((call) => (
          <Row key={call.id} {...call} />
        ))}
      </ul>
      {next && (
        <div className="more">
          <Press onPress={() => void history.more()}>{say('Show more')}</Press>
        </div>
      )}
    </Page>
  )
}
