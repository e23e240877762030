import { type ReactElement, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { Press } from '../parts/controls.tsx'
import { Nothing } from '../parts/shapes.tsx'
import { useCalls, useCell, useHouse } from '../state/hooks.ts'
import { listenToKeys } from '../state/shortcuts.ts'
import { useWords } from '../words/index.ts'
import { CallPanel } from './call-panel.tsx'
import { CallTest } from './call-test.tsx'
import { Dial } from './dial.tsx'
import { Help } from './help.tsx'
import { HistoryPage } from './history.tsx'
import { Incoming, Knock } from './incoming.tsx'
import { Mailbox } from './mailbox.tsx'
import { People } from './people.tsx'
import { Rail } from './rail.tsx'
import { SettingsPage } from './settings.tsx'
import { Status } from './status.tsx'
import { TextsPage } from './texts.tsx'

const PageOf = ({ leave }: { leave(): void }): ReactElement => {
  const { route } = useHouse()
  const { page } = useCell(route)
  switch (page) {
    case 'history':
      return <HistoryPage />
    case 'texts':
      return <TextsPage />
    case 'mail':
      return <Mailbox />
    case 'settings':
      return <SettingsPage leave={leave} />
    case 'test':
      return <CallTest />
    default:
      return <People />
  }
}

/** Another tab has the line, or somebody took it over. */
const Elsewhere = (): ReactElement => {
  const say = useWords()
  const { takeHere } = useHouse()
  return (
    <main className="asking">
      <Nothing icon="phone" title={say('The phone is open in another tab.')}>
        <p className="dim">{say('Only one tab can ring at a time.')}</p>
        <Press look="main" onPress={takeHere}>
          {say('Use it here')}
        </Press>
      </Nothing>
    </main>
  )
}

export const Shell = ({ leave }: { leave(how: { logout: boolean }): void }): ReactElement => {
  const say = useWords()
  const house = useHouse()
  const { page } = useCell(house.route)
  const tab = useCell(house.tab)
  const line = useCell(house.phone.line)
  const calls = useCalls()
  const [help, setHelp] = useState(false)
  const talking = calls.filter(({ view }) => view.state !== 'incoming')

  const content = useRef<HTMLElement>(null)
  // Another page begins at its beginning.
  useLayoutEffect(() => {
    if (page && content.current) content.current.scrollTop = 0
  }, [page])
  useEffect(() => listenToKeys(house, () => setHelp(true)), [house])
  useEffect(() => {
    if (line.kind === 'signed-out') leave({ logout: false })
  }, [line.kind, leave])

  if (tab === 'elsewhere') return <Elsewhere />
  return (
    <div className={`shell ${page === 'keys' ? 'shell-keys' : ''}`}>
      <a className="skip" href="#content">
        {say('Skip to the content')}
      </a>
      <Rail showHelp={() => setHelp(true)} />
      <div className="side">
        <Status />
        <Knock />
        {talking.length > 0 ? (
          <CallPanel calls={talking} crowded={talking.length < calls.length} />
        ) : (
          <Dial />
        )}
      </div>
      <main ref={content} className="content" id="content" tabIndex={-1}>
        <PageOf leave={() => leave({ logout: true })} />
      </main>
      <Incoming />
      <Help open={help} close={() => setHelp(false)} />
    </div>
  )
}
