import type { ReactElement } from 'react'
import { Press } from '../parts/controls.tsx'
import { Icon, type IconName } from '../parts/icon.tsx'
import { useCalls, useCell, useHouse, useNarrow } from '../state/hooks.ts'
import { hrefOf, type PageName } from '../state/route.ts'
import { useWords, type Word } from '../words/index.ts'

const ITEMS: readonly { page: PageName; icon: IconName; word: Word }[] = [
  { page: 'keys', icon: 'keypad', word: 'Keypad' },
  { page: 'people', icon: 'people', word: 'People' },
  { page: 'history', icon: 'history', word: 'History' },
  { page: 'texts', icon: 'text', word: 'Texts' },
  { page: 'mail', icon: 'mail', word: 'Voice mail' },
  { page: 'settings', icon: 'settings', word: 'Settings' },
]

export const Rail = ({ showHelp }: { showHelp(): void }): ReactElement => {
  const say = useWords()
  const { route, texts, phone } = useHouse()
  const { page } = useCell(route)
  useCell(phone.line)
  const voiceMail = useCell(phone.voiceMail)
  useCell(texts.conversations)
  const narrow = useNarrow()
  const inCall = useCalls().length > 0
  const counts: Partial<Record<PageName, number>> = {
    texts: texts.unread(),
    mail: (voiceMail?.new ?? 0) + (voiceMail?.newUrgent ?? 0),
  }
  // Beside a wide window the keypad is always there: its page is the phone book.
  const shown = page === 'test' ? 'settings' : page === 'keys' && !narrow ? 'people' : page
  const current = (item: PageName) => (item === shown ? 'page' : undefined)

  return (
    <nav className="rail" aria-label={say('Pages')}>
      <ul>
        {ITEMS.filter(({ page: item }) => item !== 'mail' || phone.features().mailbox || voiceMail).map(
          ({ page: item, icon, word }) => {
            const count = counts[item] ?? 0
            return (
              <li key={item} className={`rail-${item}`}>
                <a href={hrefOf(item)} aria-current={current(item)}>
                  <span className="rail-face">
                    <Icon name={item === 'keys' && inCall ? 'phone' : icon} />
                    {count > 0 && (
                      <span className="badge">
                        {count > 99 ? '99+' : count}
                        <span className="hidden"> {say('new')}</span>
                      </span>
                    )}
                  </span>
                  <span>{item === 'keys' && inCall ? say('Call') : say(word)}</span>
                </a>
              </li>
            )
          },
        )}
      </ul>
      <Press
        icon="help"
        look="plain"
        className="rail-help"
        aria-label={say('Keyboard shortcuts')}
        onPress={showHelp}
      />
    </nav>
  )
}
