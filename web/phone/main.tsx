import './style/index.ts'
import { I18nProvider } from '@lingui/react'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { createSettings } from './state/settings.ts'
import { i18n, speak } from './words/index.ts'

const settings = createSettings()

/** Language and theme, before anything is shown and at each change. */
const dress = () => {
  const { language, theme } = settings.get()
  speak(language)
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}
dress()
settings.on(dress)

const root = document.getElementById('root')
if (root)
  createRoot(root).render(
    <StrictMode>
      <I18nProvider i18n={i18n}>
        <App settings={settings} />
      </I18nProvider>
    </StrictMode>,
  )

if ('serviceWorker' in navigator) void navigator.serviceWorker.register('./sw.js').catch(() => {})
