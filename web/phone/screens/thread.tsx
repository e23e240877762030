import { type KeyboardEvent, type ReactElement, useEffect, useState } from 'react'
import { Form, TextArea, TextField } from 'react-aria-components'
import type { StoredText } from '../../sdk/index.ts'
import { Press } from '../parts/controls.tsx'
import { Icon, type IconName } from '../parts/icon.tsx'
import { Avatar, Waiting } from '../parts/shapes.tsx'
import { When } from '../parts/when.tsx'
import { useEnd } from '../state/end.ts'
import { useCell, useHouse, useNameOf } from '../state/hooks.ts'
import { useWords, type Word } from '../words/index.ts'

/** The words of docs/messages.md, as its sender wants to know them. */
const FATES: Record<string, { icon: IconName; word: Word }> = {
  sending: { icon: 'wait', word: 'Sending' },
  accepted: { icon: 'wait', word: 'Waiting' },
  queued: { icon: 'wait', word: 'Waiting' },
  waiting: { icon: 'wait', word: 'Waiting' },
  sent: { icon: 'check', word: 'Sent' },
  delivered: { icon: 'checks', word: 'Delivered' },
  failed: { icon: 'alert', word: 'Not delivered' },
  expired: { icon: 'alert', word: 'Not delivered' },
  unknown: { icon: 'help', word: 'Perhaps sent' },
}

const Bubble = ({ direction, msg, atMs, state, reason }: StoredText): ReactElement => {
  const say = useWords()
  const fate = FATES[state] ?? { icon: 'wait', word: 'Waiting' }
  const failed = fate.icon === 'alert'
  return (
    <li className={`bubble bubble-${direction} ${failed ? 'bubble-failed' : ''}`}>
      <span className="hidden">{direction === 'out' ? say('You wrote') : say('They wrote')}</span>
      <p>{msg}</p>
      <span className="bubble-foot">
        <When atMs={atMs} />
        {direction === 'out' && (
          <span className="bubble-fate">
            <Icon name={fate.icon} size={14} />
            {say(fate.word)}
            {failed && reason ? `: ${reason}` : ''}
          </span>
        )}
      </span>
    </li>
  )
}

/** GSM letters travel 160 to a part, others 70 (3GPP TS 23.038). */
const GSM = /^[\n\r @£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ!"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[~\]|€]*$/
const partsOf = (text: string): { left: number; parts: number } => {
  const [one, many] = GSM.test(text) ? [160, 153] : [70, 67]
  const parts = text.length <= one ? 1 : Math.ceil(text.length / many)
  return { parts, left: parts === 1 ? one - text.length : parts * many - text.length }
}

export const Thread = ({ number }: { number: string }): ReactElement => {
  const say = useWords()
  const house = useHouse()
  const nameOf = useNameOf()
  const { texts } = house
  const thread = useCell(texts.thread)
  const [text, setText] = useState('')
  const name = nameOf(number)
  const newest = thread.value.at(-1)?.id

  useEffect(() => {
    void texts.open(number)
    return () => void texts.open('')
  }, [number, texts])
  const body = useEnd(newest)

  const send = () => {
    const msg = text.trim()
    if (!msg) return
    setText('')
    void texts.send(number, msg)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter that ends a Chinese composition is not the end of the text.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    send()
  }
  const { parts, left } = partsOf(text)

  return (
    <section className="thread" aria-label={say('Conversation with {name}', { name })}>
      <header className="thread-head">
        <Press
          icon="back"
          look="plain"
          className="thread-back"
          aria-label={say('All texts')}
          onPress={() => house.route.go('texts')}
        />
        <Avatar name={name} tel={number} />
        <div className="person-who">
          <h2>{name}</h2>
          {name !== number && <span className="dim number">{number}</span>}
        </div>
        <Press icon="phone" aria-label={say('Call {name}', { name })} onPress={() => house.dial(number)} />
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
      <div className="thread-body" ref={body} tabIndex={0} role="log" aria-label={say('Messages')}>
        {thread.state === 'loading' && <Waiting word={say('Loading…')} />}
        {thread.next && (
          <div className="more">
            <Press onPress={() => void texts.older()}>{say('Show earlier')}</Press>
          </div>
        )}
        <ul>
          {thread.value.map((one) => (
            <Bubble key={one.id} {...one} />
          ))}
        </ul>
      </div>
      <Form
        className="thread-write"
        onSubmit={(event) => {
          event.preventDefault()
          send()
        }}
      >
        <TextField className="grow" aria-label={say('Text')} value={text} onChange={setText}>
          <TextArea rows={2} placeholder={say('Write a text')} maxLength={1600} onKeyDown={onKeyDown} />
        </TextField>
        <Press type="submit" icon="send" look="main" aria-label={say('Send')} isDisabled={!text.trim()} />
        {text.length > 100 && (
          <span className="dim thread-count number">
            {say('{left} left, {parts, plural, one {# part} other {# parts}}', { left, parts })}
          </span>
        )}
      </Form>
    </section>
  )
}
