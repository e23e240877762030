import type { Call } from '../../sdk/index.ts'
import type { House } from './house.ts'
import type { PageName } from './route.ts'

/** With Alt, so that nothing happens to those who type or speak letters (WCAG 2.1.4). By place on the keyboard. */
export type Shortcut = { code: string; key: string; name: ShortcutName }
export type ShortcutName =
  | 'Answer'
  | 'Hang up or decline'
  | 'Mute'
  | 'Hold'
  | 'Record'
  | 'Transfer or send elsewhere'
  | 'Dial a number'
  | 'Phone book'
  | 'History'
  | 'Texts'
  | 'Voice mail'
  | 'Settings'
  | 'Keyboard shortcuts'

export const SHORTCUTS: readonly Shortcut[] = [
  { code: 'KeyA', key: 'A', name: 'Answer' },
  { code: 'KeyX', key: 'X', name: 'Hang up or decline' },
  { code: 'KeyM', key: 'M', name: 'Mute' },
  { code: 'KeyH', key: 'H', name: 'Hold' },
  { code: 'KeyR', key: 'R', name: 'Record' },
  { code: 'KeyT', key: 'T', name: 'Transfer or send elsewhere' },
  { code: 'KeyN', key: 'N', name: 'Dial a number' },
  { code: 'Digit1', key: '1', name: 'Phone book' },
  { code: 'Digit2', key: '2', name: 'History' },
  { code: 'Digit3', key: '3', name: 'Texts' },
  { code: 'Digit4', key: '4', name: 'Voice mail' },
  { code: 'Digit5', key: '5', name: 'Settings' },
  { code: 'Slash', key: '/', name: 'Keyboard shortcuts' },
]

const PAGE_OF: Partial<Record<ShortcutName, PageName>> = {
  'Phone book': 'people',
  History: 'history',
  Texts: 'texts',
  'Voice mail': 'mail',
  Settings: 'settings',
}

/** The call that a key means: the one that rings, else the one that talks. */
const pick = (calls: readonly Call[], ...states: string[]): Call | undefined =>
  states.map((state) => calls.find(({ view }) => view.get().state === state)).find(Boolean)

const act = (name: ShortcutName, house: House, showHelp: () => void): void => {
  const calls = house.phone.calls.list()
  const talking =
    pick(
      calls.filter(({ view }) => !view.get().held),
      'connected',
    ) ?? pick(calls, 'connected')
  const page = PAGE_OF[name]
  if (page) {
    house.route.go(page)
    // Whoever comes by key goes on by key: there, and not behind all the keys of the dial pad.
    requestAnimationFrame(() => document.getElementById('content')?.focus())
    return
  }
  switch (name) {
    case 'Answer': {
      const ringing = pick(calls, 'incoming')
      if (ringing) house.route.go('keys')
      void ringing?.answer()
      return
    }
    case 'Hang up or decline': {
      const ringing = pick(calls, 'incoming')
      if (ringing) void ringing.reject()
      else void (talking ?? calls.at(-1))?.hangUp()
      return
    }
    case 'Mute':
      return talking?.mute(!talking.view.get().muted)
    case 'Hold':
      void talking?.hold(!talking.view.get().held)
      return
    case 'Record':
      if (house.phone.features().record) void talking?.record(!talking.view.get().recording)
      return
    case 'Transfer or send elsewhere': {
      const [button] = document.querySelectorAll<HTMLElement>(
        '.incoming .does-transfer, .call .does-transfer',
      )
      button?.click()
      return
    }
    case 'Dial a number':
      house.route.go('keys')
      requestAnimationFrame(() => document.querySelector<HTMLInputElement>('input[name="dial"]')?.focus())
      return
    case 'Keyboard shortcuts':
      return showHelp()
  }
}

export const listenToKeys = (house: House, showHelp: () => void): (() => void) => {
  const onKey = (event: KeyboardEvent) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.repeat) return
    const found = SHORTCUTS.find(({ code }) => code === event.code)
    if (!found) return
    event.preventDefault()
    act(found.name, house, showHelp)
  }
  addEventListener('keydown', onKey)
  return () => removeEventListener('keydown', onKey)
}
