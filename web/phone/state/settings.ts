import { type Cell, type Choice, createCell } from '../../sdk/index.ts'

export const RINGTONES = ['soft', 'classic', 'bells', 'none'] as const
export const THEMES = ['system', 'light', 'dark'] as const
export const LANGUAGES = ['auto', 'en', 'zh-Hant'] as const

export type Settings = {
  theme: (typeof THEMES)[number]
  language: (typeof LANGUAGES)[number]
  ringtone: (typeof RINGTONES)[number]
  autoAnswer: boolean
  waiting: boolean
  video: boolean
  devices: Choice
}

const NAME = 'tandem.phone.settings'
const FIRST: Settings = {
  ...{ theme: 'system', language: 'auto', ringtone: 'soft' },
  ...{ autoAnswer: false, waiting: true, video: true, devices: {} },
}

const oneOf = <T extends string>(list: readonly T[], value: unknown, otherwise: T): T =>
  list.find((one) => one === value) ?? otherwise

/** What was kept, with anything odd replaced: another version, or somebody's hand. */
const settingsIn = (text: string | null): Settings => {
  try {
    const kept = JSON.parse(text ?? '{}') as Partial<Record<keyof Settings, unknown>>
    const flag = (name: 'autoAnswer' | 'waiting' | 'video') =>
      typeof kept[name] === 'boolean' ? kept[name] : FIRST[name]
    return {
      theme: oneOf(THEMES, kept.theme, FIRST.theme),
      language: oneOf(LANGUAGES, kept.language, FIRST.language),
      ringtone: oneOf(RINGTONES, kept.ringtone, FIRST.ringtone),
      ...{ autoAnswer: flag('autoAnswer'), waiting: flag('waiting'), video: flag('video') },
      devices: typeof kept.devices === 'object' && kept.devices !== null ? (kept.devices as Choice) : {},
    }
  } catch {
    return FIRST
  }
}

export type SettingsCell = Cell<Settings> & { change(part: Partial<Settings>): void }

export const createSettings = (): SettingsCell => {
  const read = () => {
    try {
      return localStorage.getItem(NAME)
    } catch {
      return null
    }
  }
  const cell = createCell(settingsIn(read()))
  // Another tab changed them.
  addEventListener('storage', ({ key }) => key === NAME && cell.set(settingsIn(read())))
  return {
    ...cell,
    change: (part) => {
      const next = { ...cell.get(), ...part }
      try {
        localStorage.setItem(NAME, JSON.stringify(next))
      } catch {
        // Kept for this visit only.
      }
      cell.set(next)
    },
  }
}
