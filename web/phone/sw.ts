/** The phone's service worker: the shell works without a network, and a closed page rings. */

type Waiting = Event & { waitUntil(promise: Promise<unknown>): void }
type Fetching = Event & { request: Request; respondWith(response: Promise<Response>): void }
type Pushed = Waiting & { data: { json(): unknown } | null }
type Clicked = Waiting & { notification: Notification }
type ServiceWorkerScope = EventTarget & {
  registration: ServiceWorkerRegistration
  skipWaiting(): Promise<void>
  clients: {
    claim(): Promise<void>
    matchAll(options: {
      type: 'window'
      includeUncontrolled: boolean
    }): Promise<{ focus(): Promise<unknown> }[]>
    openWindow(url: string): Promise<unknown>
  }
}

const worker = self as unknown as ServiceWorkerScope
const scope = new URL(worker.registration.scope)
const SHELL = 'shell'

const on = <E extends Event>(name: string, handle: (event: E) => void) =>
  worker.addEventListener(name, handle as EventListener)

/** The page and what it names. */
const keepShell = async () => {
  const cache = await caches.open(SHELL)
  const page = await fetch(scope, { cache: 'no-cache' })
  if (!page.ok) return
  const html = await page.clone().text()
  await cache.put(scope, page)
  const named = [...html.matchAll(/(?:src|href)="(\.\/[^"]+)"/g)].map(
    ([, path = '']) => new URL(path, scope).href,
  )
  const wanted = new Set(named)
  for (const { url } of await cache.keys())
    if (url !== scope.href && !wanted.has(url)) await cache.delete(url)
  await cache.addAll(named)
}

const fromNetwork = async (request: Request): Promise<Response> => {
  try {
    const response = await fetch(request)
    if (response.ok) await (await caches.open(SHELL)).put(scope, response.clone())
    return response
  } catch {
    return (await caches.match(scope)) ?? Response.error()
  }
}

const fromShell = async (request: Request): Promise<Response> =>
  (await caches.match(request)) ?? fetch(request)

on<Waiting>('install', (event) => {
  event.waitUntil(keepShell().then(() => worker.skipWaiting()))
})
on<Waiting>('activate', (event) => {
  event.waitUntil(worker.clients.claim())
})
on<Fetching>('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== scope.origin || !url.pathname.startsWith(scope.pathname))
    return
  const path = url.pathname.slice(scope.pathname.length)
  if (request.mode === 'navigate' && (path === '' || path === 'index.html'))
    event.respondWith(fromNetwork(request))
  // Only what carries a hash or is part of the shell; never the API.
  else if (/^(assets\/|icon|manifest)/.test(path)) event.respondWith(fromShell(request))
})

type Push = { kind: 'call' | 'text'; from: string; name: string }

/** What the server sealed for this browser alone (RFC 8291); nothing, when it could not be opened. */
const pushIn = (event: Pushed): Push => {
  try {
    const { kind, from, name } = (event.data?.json() ?? {}) as Record<string, unknown>
    const text = (value: unknown) => (typeof value === 'string' ? value : '')
    return { kind: kind === 'text' ? 'text' : 'call', from: text(from), name: text(name) }
  } catch {
    return { kind: 'call', from: '', name: '' }
  }
}

const WORDS = { call: 'Incoming call', text: 'New text', open: 'Open the phone to answer.' }
/** In the language of the page, which left them here. */
const wordsOf = async (): Promise<typeof WORDS> => {
  const kept = await caches.match(new URL('./words', scope)).then((found) => found?.json())
  return { ...WORDS, ...(kept as object | undefined) }
}

const notify = async (event: Pushed) => {
  const { kind, from, name } = pushIn(event)
  const words = await wordsOf()
  const who = name && name !== from ? `${name} ${from}` : from
  await worker.registration.showNotification(who || words[kind], {
    ...{ body: who ? words[kind] : words.open, tag: kind === 'call' ? 'call' : `text-${from}` },
    icon: new URL('./icon-192.png', scope).href,
    requireInteraction: kind === 'call',
    data: kind === 'text' ? `#/texts/${encodeURIComponent(from)}` : '#/keys',
  })
}

on<Pushed>('push', (event) => event.waitUntil(notify(event)))
on<Clicked>('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(
    worker.clients
      .matchAll({ type: 'window', includeUncontrolled: true })
      .then(
        ([page]) =>
          page?.focus() ?? worker.clients.openWindow(`${scope.href}${event.notification.data ?? ''}`),
      ),
  )
})
