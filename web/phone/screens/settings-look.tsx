import type { ReactElement } from 'react'
import { type Choosable, Choose } from '../parts/controls.tsx'
import { useCell, useHouse } from '../state/hooks.ts'
import type { Settings } from '../state/settings.ts'
import { type Say, useWords } from '../words/index.ts'

/** Languages call themselves by their own name. */
export const languageNames = (say: Say): Choosable<Settings['language']>[] => [
  { id: 'auto', name: say('As the browser') },
  { id: 'en', name: 'English' },
  { id: 'zh-Hant', name: '繁體中文' },
]

export const LookSettings = (): ReactElement => {
  const say = useWords()
  const { settings } = useHouse()
  const { theme, language } = useCell(settings)
  return (
    <section className="card" aria-labelledby="look">
      <h3 id="look">{say('Appearance')}</h3>
      <Choose
        label={say('Theme')}
        value={theme}
        options={[
          { id: 'system', name: say('As the system') },
          { id: 'light', name: say('Light') },
          { id: 'dark', name: say('Dark') },
        ]}
        onChange={(next) => settings.change({ theme: next })}
      />
      <Choose
        label={say('Language')}
        value={language}
        options={languageNames(say)}
        onChange={(next) => settings.change({ language: next })}
      />
    </section>
  )
}
