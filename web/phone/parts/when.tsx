import { useLingui } from '@lingui/react'
import type { ReactElement } from 'react'

const DAY = 86_400_000

/** Today by the hour, this week by the day, else the date. */
const whenOf = (atMs: number, locale: string, now = Date.now()): string => {
  const at = new Date(atMs)
  const midnight = new Date(now).setHours(0, 0, 0, 0)
  const time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hour12: false }).format(
    at,
  )
  if (atMs >= midnight) return time
  if (atMs >= midnight - 6 * DAY)
    return `${new Intl.DateTimeFormat(locale, { weekday: 'short' }).format(at)} ${time}`
  return new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' }).format(at)
}

const localeOf = (locale: string) => (locale === 'zh-Hant' ? 'zh-TW' : 'en-GB')

export const When = ({ atMs }: { atMs: number }): ReactElement => {
  const { i18n } = useLingui()
  const locale = localeOf(i18n.locale)
  const full = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'medium' }).format(atMs)
  return (
    <time dateTime={new Date(atMs).toISOString()} title={full} className="when number">
      {whenOf(atMs, locale)}
    </time>
  )
}
