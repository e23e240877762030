import {
  type Api,
  type Cell,
  type Conversation,
  createCell,
  type Phone,
  type StoredText,
} from '../../sdk/index.ts'
import type { Loaded } from './book.ts'

export type TextStore = {
  conversations: Cell<Loaded<readonly Conversation[]>>
  /** The open one. */
  thread: Cell<Loaded<readonly StoredText[]> & { with: string; next: string | undefined }>
  open(number: string): Promise<void>
  older(): Promise<void>
  send(number: string, msg: string): Promise<void>
  refresh(): Promise<void>
  unread(): number
}

type Events = { onText(from: string, name: string, msg: string): void }

let made = 0

export const createTextStore = (api: Api, phone: Phone, { onText }: Events): TextStore => {
  const conversations: TextStore['conversations'] = createCell({
    ...{ state: 'loading' as const, value: [] as readonly Conversation[] },
  })
  const thread: TextStore['thread'] = createCell({
    ...{ state: 'loading' as const, value: [] as readonly StoredText[], with: '', next: undefined },
  })

  const refresh = async () => {
    try {
      const { conversations: value } = await api.conversations()
      const open = thread.get().with
      // What is being read is read.
      conversations.set({
        state: 'ready',
        value: value.map((one) => (one.with === open ? { ...one, unread: 0 } : one)),
      })
    } catch {
      conversations.set({ ...conversations.get(), state: 'failed' })
    }
  }

  const load = async (number: string, before?: string) => {
    try {
      const query = { with: number, limit: 50, ...(before ? { before } : {}) }
      const { messages, next } = await api.messages(query)
      if (thread.get().with !== number) return
      const found = [...messages].sort((a, b) => a.atMs - b.atMs)
      const value = before ? [...found, ...thread.get().value] : found
      thread.set({ state: 'ready', value, with: number, next: next ?? undefined })
      if (!before) read()
    } catch {
      if (thread.get().with === number) thread.set({ ...thread.get(), state: 'failed' })
    }
  }

  /** What is on the screen was read, unless nobody looks at the page. */
  const read = () => {
    const { with: number, value } = thread.get()
    const newest = value.findLast(({ direction }) => direction === 'in')
    if (newest && document.visibilityState === 'visible') void api.read(number, newest.id).catch(() => {})
  }
  document.addEventListener('visibilitychange', read)

  /** Shows a text at once, in its thread and in the list. */
  const add = (text: StoredText, name: string) => {
    const open = thread.get()
    if (open.with === text.with && !open.value.some(({ id }) => id === text.id))
      thread.set({ ...open, state: 'ready', value: [...open.value, text] })
    if (text.direction === 'in' && open.with === text.with) read()
    const { value } = conversations.get()
    const known = value.find((one) => one.with === text.with)
    const unread = text.direction === 'in' && open.with !== text.with ? (known?.unread ?? 0) + 1 : 0
    conversations.set({
      state: 'ready',
      value: [
        { with: text.with, name: known?.name || name, last: text, unread },
        ...value.filter((one) => one.with !== text.with),
      ],
    })
  }

  const change = (mid: string, id: string, part: Partial<StoredText>) => {
    const open = thread.get()
    const value = open.value.map((one) => (one.id === mid || one.id === id ? { ...one, ...part } : one))
    thread.set({ ...open, value })
  }

  let soon: ReturnType<typeof setTimeout> | undefined
  /** Who one person is with several numbers, only the server knows: its list follows what was shown at once. */
  const settleSoon = () => {
    clearTimeout(soon)
    soon = setTimeout(async () => {
      await refresh()
      const { with: open, value } = thread.get()
      const newest = conversations.get().value.find((one) => one.with === open)?.last
      if (open && newest && !value.some(({ id }) => id === newest.id)) await load(open)
    }, 600)
  }

  phone.texts.received.on(({ id, direction, with: other, name, msg, atMs }) => {
    add({ id, direction, with: other, msg, atMs, state: 'delivered' }, name)
    settleSoon()
    if (direction === 'in') onText(other, name, msg)
  })
  phone.texts.fate.on(({ mid, id, state, reason }) =>
    change(mid, id, { state, reason, ...(id ? { id } : {}) }),
  )

  return {
    ...{ conversations, thread, refresh },
    open: async (number) => {
      thread.set({ state: 'loading', value: [], with: number, next: undefined })
      const read = conversations.get()
      conversations.set({
        ...read,
        value: read.value.map((one) => (one.with === number ? { ...one, unread: 0 } : one)),
      })
      if (number) await load(number)
    },
    older: async () => {
      const { with: number, next } = thread.get()
      if (next) await load(number, next)
    },
    send: async (number, msg) => {
      const mid = `m${Date.now()}-${++made}`
      add({ id: mid, direction: 'out', with: number, msg, atMs: Date.now(), state: 'sending' }, '')
      const trouble = await phone.texts.send(number, msg, mid)
      if (trouble) change(mid, mid, { state: 'failed', reason: trouble.words })
    },
    unread: () => conversations.get().value.reduce((sum, { unread }) => sum + unread, 0),
  }
}
