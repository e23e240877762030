/** Tells of calls and texts when the page is not looked at. */
export type Notifier = {
  allowed(): NotificationPermission | 'unsupported'
  ask(): Promise<boolean>
  /** The answer takes it away again. */
  show(title: string, body: string, tag: string, onClick: () => void): () => void
}

export const createNotifier = (): Notifier => {
  const there = typeof Notification !== 'undefined'
  return {
    allowed: () => (there ? Notification.permission : 'unsupported'),
    ask: async () => there && (await Notification.requestPermission()) === 'granted',
    show: (title, body, tag, onClick) => {
      if (!there || Notification.permission !== 'granted' || document.visibilityState === 'visible')
        return () => {}
      try {
        const one = new Notification(title, {
          body,
          tag,
          icon: './icon-192.png',
          requireInteraction: tag === 'call',
        })
        one.onclick = () => {
          window.focus()
          onClick()
          one.close()
        }
        return () => one.close()
      } catch {
        // Chrome on Android knows notifications of service workers only.
        void navigator.serviceWorker?.ready.then((worker) =>
          worker.showNotification(title, { body, tag, icon: './icon-192.png' }),
        )
        return () => {
          void navigator.serviceWorker?.ready
            .then((worker) => worker.getNotifications({ tag }))
            .then((all) => {
              for (const one of all) one.close()
            })
        }
      }
    },
  }
}
