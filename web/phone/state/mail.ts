import {
  type Api,
  type Cell,
  createCell,
  type Features,
  type MailMessage,
  type Me,
  NO_FEATURES,
} from '../../sdk/index.ts'
import type { Loaded } from './book.ts'

export type Mail = {
  messages: Cell<Loaded<readonly MailMessage[]>>
  refresh(): Promise<void>
  heard(id: string): Promise<void>
  drop(id: string): Promise<void>
}

/** Whether the mailbox is this server's: as the login says, until the line has said it. */
export const isMailHere = ({ elsewhere }: Pick<Me, 'elsewhere'>, can: Features): boolean =>
  can === NO_FEATURES ? !elsewhere : can.mailbox

export const createMail = (api: Api): Mail => {
  const messages: Mail['messages'] = createCell({
    ...{ state: 'loading' as const, value: [] as readonly MailMessage[] },
  })
  const change = (value: readonly MailMessage[]) => messages.set({ state: 'ready', value })
  const refresh = async () => {
    try {
      change((await api.mailbox()).messages)
    } catch {
      messages.set({ ...messages.get(), state: 'failed' })
    }
  }
  return {
    ...{ messages, refresh },
    heard: async (id) => {
      const one = messages.get().value.find((message) => message.id === id)
      if (!one || one.heard) return
      change(
        messages.get().value.map((message) => (message.id === id ? { ...message, heard: true } : message)),
      )
      await api.markMail(id, true).catch(refresh)
    },
    drop: async (id) => {
      change(messages.get().value.filter((message) => message.id !== id))
      await api.dropMail(id).catch(refresh)
    },
  }
}
