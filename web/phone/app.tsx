import { useLingui } from '@lingui/react'
import { type ReactElement, useEffect, useMemo, useState } from 'react'
import { I18nProvider as Formats } from 'react-aria-components'
import { ApiError, createApi, type Me } from '../sdk/index.ts'
import { Waiting } from './parts/shapes.tsx'
import { Login } from './screens/login.tsx'
import { Shell } from './screens/shell.tsx'
import { HouseContext } from './state/hooks.ts'
import { createHouse, type House } from './state/house.ts'
import { leaveWords } from './state/push.ts'
import { createRinger } from './state/ringer.ts'
import { createRoute } from './state/route.ts'
import type { SettingsCell } from './state/settings.ts'
import { useWords } from './words/index.ts'

type Stage = { kind: 'asking' } | { kind: 'login'; away: boolean } | { kind: 'inside'; house: House }

export const App = ({ settings }: { settings: SettingsCell }): ReactElement => {
  const say = useWords()
  const { i18n } = useLingui()
  const [stage, setStage] = useState<Stage>({ kind: 'asking' })
  const { api, ringer, enter } = useMemo(() => {
    const parts = { api: createApi(), route: createRoute(), ringer: createRinger() }
    const enter = async (me: Me): Promise<void> => {
      const config = await parts.api.config()
      setStage({ kind: 'inside', house: createHouse({ me, config, settings, ...parts }) })
    }
    return { ...parts, enter }
  }, [settings])

  useEffect(() => {
    let gone = false
    let retry: ReturnType<typeof setTimeout> | undefined
    const ask = async () => {
      try {
        const me = await api.me()
        if (!gone) await enter(me)
      } catch (error) {
        if (gone) return
        const away = !(error instanceof ApiError && error.status === 401)
        setStage({ kind: 'login', away })
        // The server may be starting: the page comes alive with it.
        if (away) retry = setTimeout(ask, 5000)
      }
    }
    void ask()
    return () => {
      gone = true
      clearTimeout(retry)
    }
  }, [api, enter])

  const name = say('Phone')
  const [call, text, open] = [say('Incoming call'), say('New text'), say('Open the phone to answer.')]
  useEffect(() => {
    document.title = name
    void leaveWords({ call, text, open })
  }, [name, call, text, open])

  return (
    <Formats locale={i18n.locale === 'zh-Hant' ? 'zh-TW' : 'en-GB'}>
      {stage.kind === 'asking' && (
        <main className="asking">
          <Waiting word={say('Loading…')} />
        </main>
      )}
      {stage.kind === 'login' && (
        <Login
          settings={settings}
          away={stage.away}
          login={async (user, password) => {
            ringer.unlock()
            await enter(await api.login(user, password))
          }}
        />
      )}
      {stage.kind === 'inside' && (
        <HouseContext value={stage.house}>
          <Shell
            leave={async ({ logout }) => {
              const { house } = stage
              setStage({ kind: 'login', away: false })
              await house.close()
              if (logout) await api.logout().catch(() => {})
            }}
          />
        </HouseContext>
      )}
    </Formats>
  )
}
