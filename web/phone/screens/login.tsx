import { type FormEvent, type ReactElement, useState } from 'react'
import { Form, Input, Label, TextField } from 'react-aria-components'
import { ApiError, troubleOf } from '../../sdk/index.ts'
import { Choose, Press } from '../parts/controls.tsx'
import { Icon } from '../parts/icon.tsx'
import { TroubleNote } from '../parts/trouble.tsx'
import { useCell } from '../state/hooks.ts'
import type { SettingsCell } from '../state/settings.ts'
import { type Say, useWords } from '../words/index.ts'
import { languageNames } from './settings-look.tsx'

const wordsOf = (error: unknown, say: Say): string => {
  if (!(error instanceof ApiError)) return say('Something went wrong. Try again.')
  if (error.status === 401) return say('This number and password do not fit together.')
  if (error.status === 429)
    return say('Too many attempts. Try again in {n, plural, one {# second} other {# seconds}}.', {
      n: error.retryAfterS ?? 60,
    })
  return error.status === 0 ? say('The server cannot be reached.') : error.message
}

export const Login = ({
  settings,
  away,
  login,
}: {
  settings: SettingsCell
  away: boolean
  login(user: string, password: string): Promise<void>
}): ReactElement => {
  const say = useWords()
  const { language } = useCell(settings)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    setBusy(true)
    setError(undefined)
    try {
      await login(String(form.get('user') ?? '').trim(), String(form.get('password') ?? ''))
    } catch (problem) {
      setError(problem)
      setBusy(false)
    }
  }

  return (
    <main className="login">
      <div className="login-card">
        <span className="login-face">
          <Icon name="phone" size={34} />
        </span>
        <h1>{say('Phone')}</h1>
        <p className="dim">{say('Sign in with your number.')}</p>
        {!isSecureContext && <TroubleNote trouble={troubleOf('insecure-page')} />}
        {away && (
          <p className="login-away" role="status">
            {say('The server cannot be reached.')}
          </p>
        )}
        <Form onSubmit={submit} className="login-form">
          <TextField name="user" isRequired autoComplete="username" autoFocus className="field">
            <Label>{say('Number or user')}</Label>
            <Input spellCheck={false} autoCapitalize="none" />
          </TextField>
          <TextField
            name="password"
            type="password"
            isRequired
            autoComplete="current-password"
            className="field"
          >
            <Label>{say('Password')}</Label>
            <Input />
          </TextField>
          {error !== undefined && (
            <p className="field-error" role="alert">
              {wordsOf(error, say)}
            </p>
          )}
          <Press type="submit" look="main" isDisabled={busy} className="wide">
            {busy ? say('Signing in…') : say('Sign in')}
          </Press>
        </Form>
        <div className="login-language">
          <Choose
            label={say('Language')}
            value={language}
            options={languageNames(say)}
            onChange={(next) => settings.change({ language: next })}
          />
        </div>
      </div>
    </main>
  )
}
