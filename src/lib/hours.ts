/** Hours of the week in the server's own time: `22:00-07:00`, `Mo-Fr 08:00-18:00, Sa 09:00-12:00`. */
export type Hours = readonly { days: readonly boolean[]; from: number; to: number }[]

const DAYS = ['su', 'mo', 'tu', 'we', 'th', 'fr', 'sa']
const DAY_MINUTES = 1440
const ITEM = /^(?:([a-z]{2,9})(?:-([a-z]{2,9}))? +)?(\d{1,2}):(\d\d)-(\d{1,2}):(\d\d)$/i

const dayOf = (name: string): number => DAYS.indexOf(name.slice(0, 2).toLowerCase())

const daysOf = (first: string | undefined, last: string | undefined): boolean[] | undefined => {
  if (first === undefined) return DAYS.map(() => true)
  const [from, to] = [dayOf(first), dayOf(last ?? first)]
  if (from < 0 || to < 0) return undefined
  return DAYS.map((_, day) => (from <= to ? day >= from && day <= to : day >= from || day <= to))
}

/** Undefined when it is no such text. A span that ends before it begins goes on the next day. */
export const parseHours = (text: string): Hours | undefined => {
  const items = text.split(',').map((item) => {
    const [, first, last, h1, m1, h2, m2] = ITEM.exec(item.trim()) ?? []
    const days = daysOf(first, last)
    const [from, to] = [Number(h1) * 60 + Number(m1), Number(h2) * 60 + Number(m2)]
    const isTime = from < DAY_MINUTES && to <= DAY_MINUTES && Number(m1) < 60 && Number(m2) < 60
    return days && isTime ? { days, from, to: to === 0 ? DAY_MINUTES : to } : undefined
  })
  return items.some((item) => item === undefined) ? undefined : (items as Hours)
}

/** Whether the moment lies within; the end of a span does not. */
export const isWithin = (hours: Hours, ms: number): boolean => {
  const date = new Date(ms)
  const minute = date.getHours() * 60 + date.getMinutes()
  const today = date.getDay()
  const yesterday = (today + 6) % 7
  return hours.some(({ days, from, to }) =>
    from < to
      ? days[today] && minute >= from && minute < to
      : (days[today] && minute >= from) || (days[yesterday] && minute < to),
  )
}

/** Milliseconds until the hours end (or begin) next, to the minute; within a week. */
export const untilChange = (hours: Hours, ms: number): number => {
  const now = isWithin(hours, ms)
  const first = Math.floor(ms / 60_000) * 60_000
  for (let minute = 1; minute <= 7 * DAY_MINUTES; minute++)
    if (isWithin(hours, first + minute * 60_000) !== now) return first + minute * 60_000 - ms
  return 7 * DAY_MINUTES * 60_000
}

/** How long the hours go on from that moment; 0 outside of them. To be asked often: their end is looked for once. */
export const createRemaining = (hours: Hours | undefined): ((ms: number) => number) => {
  let [from, until] = [0, 0]
  return (ms) => {
    if (!hours) return 0
    if (ms >= from && ms < until) return until - ms
    if (!isWithin(hours, ms)) return 0
    from = ms
    until = ms + untilChange(hours, ms)
    return until - ms
  }
}

/** `07:00`, in the server's own time. */
export const clockTime = (ms: number): string => {
  const date = new Date(ms)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${two(date.getHours())}:${two(date.getMinutes())}`
}
