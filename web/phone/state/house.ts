import {
  type Api,
  type Call,
  type Cell,
  createCell,
  createOneTab,
  createPhone,
  type Me,
  type Phone,
  type PhoneConfig,
  type TabState,
} from '../../sdk/index.ts'
import { say } from '../words/index.ts'
import { type Book, createBook } from './book.ts'
import { createHistory, type History } from './history.ts'
import { createMail, type Mail } from './mail.ts'
import { createNotifier, type Notifier } from './notifier.ts'
import { createPush, type Push } from './push.ts'
import { createRinger, type Ringer } from './ringer.ts'
import type { createRoute } from './route.ts'
import type { SettingsCell } from './settings.ts'
import { createTextStore, type TextStore } from './texts.ts'

/** Everything behind the screens, for one who is logged in. */
export type House = {
  me: Me
  config: PhoneConfig
  api: Api
  phone: Phone
  settings: SettingsCell
  route: ReturnType<typeof createRoute>
  book: Book
  history: History
  texts: TextStore
  mail: Mail
  ringer: Ringer
  notifier: Notifier
  push: Push
  tab: Cell<TabState>
  /** The call that was over last, for a moment on the screen. */
  lately: Cell<ReturnType<Call['view']['get']> | undefined>
  takeHere(): void
  dial(to: string, options?: { video?: boolean }): Call | undefined
  close(): Promise<void>
}

export type HousePorts = {
  me: Me
  config: PhoneConfig
  api: Api
  settings: SettingsCell
  route: House['route']
  ringer?: Ringer
}

/** Long enough to read why. */
const LATELY_MS = 6_000

export const createHouse = ({ me, config, api, settings, route, ringer: given }: HousePorts): House => {
  const ringer = given ?? createRinger()
  const notifier = createNotifier()
  const tab = createCell<TabState>('waiting')
  const lately = createCell<ReturnType<Call['view']['get']> | undefined>(undefined)
  const phone = createPhone({
    ...{ urls: config.ws, tel: me.tel, token: api.token, video: config.video, client: 'tandem-web' },
    devices: settings.get().devices,
    waiting: () => settings.get().waiting,
  })
  const book = createBook(api, (watched) => phone.lamps.want(watched.filter((tel) => tel !== me.tel)))
  const history = createHistory(api)
  const mail = createMail(api)
  const nameOf = (tel: string, name: string) => book.nameOf(tel) || name || tel
  const texts = createTextStore(api, phone, {
    onText: (from, name, msg) => {
      ringer.once('text')
      notifier.show(nameOf(from, name), msg, `text-${from}`, () => route.go('texts', from))
    },
  })

  phone.devices.choice.on(() => settings.change({ devices: phone.devices.choice.get() }))
  phone.voiceMail.on(() => {
    void history.refresh()
    if (phone.features().mailbox) void mail.refresh()
  })
  // A new server, or one that was away: what was missed is fetched.
  phone.line.on(() => {
    if (phone.line.get().kind !== 'ready') return
    void Promise.all([book.load(), history.refresh(), texts.refresh()])
    if (phone.features().mailbox) void mail.refresh()
  })

  let hideNotice = () => {}
  let sounding = ''
  /** One sound at a time, by what the calls are doing. */
  const sound = () => {
    const views = phone.calls.list().map(({ view }) => view.get())
    const incoming = views.some(({ state }) => state === 'incoming')
    const talking = views.some(({ state }) => state === 'connected')
    const outgoing = views.some(({ state, early }) => state === 'ringing' && !early)
    const wanted = incoming ? (talking ? 'knock' : 'ring') : outgoing ? 'back' : ''
    if (wanted === sounding) return
    sounding = wanted
    if (!incoming) hideNotice()
    if (wanted === 'ring') ringer.ring(settings.get().ringtone)
    else if (wanted === 'knock') ringer.knock()
    else if (wanted === 'back') ringer.ringBack()
    else ringer.stop()
  }
  phone.calls.changed.on(sound)
  phone.calls.incoming.on((call) => {
    const { with: number, name } = call.view.get()
    hideNotice = notifier.show(nameOf(number, name), say('Incoming call'), 'call', () => route.go('keys'))
    if (settings.get().autoAnswer && phone.calls.list().length === 1) void call.answer()
  })
  phone.calls.answerNow.on((call) => void call.answer())
  phone.calls.ended.on((view) => {
    if (view.state === 'ended' && view.connectedAtMs) ringer.once('ended')
    lately.set(view)
    setTimeout(() => lately.get() === view && lately.set(undefined), LATELY_MS)
    // The record is written when both sides are gone.
    setTimeout(() => void history.refresh(), 800)
  })

  const oneTab = createOneTab({
    ...{ locks: navigator.locks, name: `tandem.phone.${me.tel}` },
    onState: (state) => {
      const before = tab.get()
      tab.set(state)
      if (state === 'mine') phone.start()
      else if (before === 'mine') void phone.stop()
    },
  })

  return {
    ...{ me, config, api, phone, settings, route, book, history, texts, mail, ringer, notifier, tab, lately },
    push: createPush(api, me.elsewhere ? undefined : config.push?.key),
    takeHere: oneTab.take,
    dial: (to, { video = false } = {}) => {
      if (!to) return undefined
      ringer.unlock()
      lately.set(undefined)
      route.go('keys')
      return phone.calls.place(to, { video, name: book.nameOf(to) })
    },
    close: async () => {
      ringer.stop()
      await phone.stop()
      oneTab.leave()
    },
  }
}
