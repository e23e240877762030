import type { Api } from '../../sdk/index.ts'

/** Rings this browser when the page is closed (WebPush). */
export type Push = {
  supported: boolean
  on(): Promise<boolean>
  enable(): Promise<void>
  disable(): Promise<void>
}

const bytesOf = (base64url: string): Uint8Array<ArrayBuffer> => {
  const text = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0))
}

export const createPush = (api: Api, key: string | undefined): Push => {
  const supported = key !== undefined && 'serviceWorker' in navigator && 'PushManager' in window
  const present = async () => (await navigator.serviceWorker.ready).pushManager.getSubscription()
  return {
    supported,
    on: async () => supported && (await present()) !== null,
    enable: async () => {
      if (!supported || !key) return
      const { pushManager } = await navigator.serviceWorker.ready
      const subscription = await pushManager.subscribe({
        userVisibleOnly: true,
        applicationServerKey: bytesOf(key),
      })
      const { endpoint, keys } = subscription.toJSON()
      await api.push({ endpoint, keys })
    },
    disable: async () => {
      const subscription = supported ? await present() : null
      if (!subscription) return
      await subscription.unsubscribe()
      await api.dropPush(subscription.endpoint)
    },
  }
}

/** The worker has no words of its own: the page leaves them where the worker looks. */
export const leaveWords = async (words: Record<string, string>): Promise<void> => {
  const cache = await caches?.open('words').catch(() => undefined)
  await cache?.put('./words', new Response(JSON.stringify(words)))
}
