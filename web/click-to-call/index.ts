import { createGuestCall, type GuestCall } from '../sdk/guest.ts'
import { browserWorld } from '../sdk/world.ts'
import { type Face, paint, type Shown } from './face.ts'
import { callBack, ServerRefusal, ticketFor, type Wish } from './server.ts'
import { STYLE } from './style.ts'
import { type Say, wordOf, wordOfFault, wordsOf } from './words.ts'

const script = document.currentScript instanceof HTMLScriptElement ? document.currentScript.src : ''

/**
 * `<tandem-call to="600" server="https://pbx.example">`: a button that calls without an account.
 * Further attributes: `label`, `from`, `disp`, `cdata`, `skill`, `video`, `lang`, `word-…`; methods `call()` and `hangUp()`;
 * events `tandem-state` (detail: the state) and `tandem-trouble` (detail: the name and the words).
 */
class TandemCall extends HTMLElement {
  #guest: GuestCall | undefined
  #audio: HTMLAudioElement | undefined
  #far: MediaStream | undefined
  #face: Face | undefined
  #shown: Shown = { kind: 'idle' }
  #timer: ReturnType<typeof setInterval> | undefined

  connectedCallback(): void {
    if (!this.shadowRoot) {
      const root = this.attachShadow({ mode: 'open' })
      const sheet = new CSSStyleSheet()
      sheet.replaceSync(STYLE)
      root.adoptedStyleSheets = [sheet]
      this.#face = {
        root,
        say: (word) => this.#say(word),
        label: () => this.getAttribute('label') ?? this.#say(this.#video ? 'video-call' : 'call'),
        call: () => this.call(),
        hangUp: () => this.hangUp(),
        mute: (on) => this.#guest?.mute(on),
        dtmf: (key) => this.#guest?.dtmf(key),
        callBack: (number) => this.#callBack(number),
        close: () => this.#show({ kind: 'idle' }),
      }
    }
    this.#show(this.#shown)
  }

  disconnectedCallback(): void {
    this.hangUp()
  }

  get #say(): Say {
    return wordsOf(this)
  }
  get #video(): boolean {
    return this.hasAttribute('video')
  }
  get #server(): string {
    const named = this.getAttribute('server') ?? script
    return named ? new URL(named, location.href).origin : location.origin
  }
  get #wish(): Wish {
    const wish: Wish = { to: this.getAttribute('to') ?? '' }
    for (const name of ['from', 'disp', 'cdata', 'skill'] as const) {
      const value = this.getAttribute(name)
      if (value) wish[name] = value
    }
    return wish
  }

  /** Calls, or asks for a number to call back when this browser cannot. */
  async call(): Promise<void> {
    if (this.#guest) return
    const able = typeof RTCPeerConnection === 'function' && navigator.mediaDevices !== undefined
    if (!able) return this.#show({ kind: 'number' })
    this.#audio = new Audio()
    this.#audio.autoplay = true
    this.#show({ kind: 'call', view: { state: 'starting', muted: false, silent: false }, since: undefined })
    try {
      const { ticket, ws } = await ticketFor(this.#server, this.#wish.to)
      this.#place(ticket, ws)
    } catch (error) {
      this.#refused(error)
    }
  }

  hangUp(): void {
    this.#guest?.hangUp()
  }

  #place(ticket: string, urls: string[]): void {
    const guest = createGuestCall(
      { ...this.#wish, ticket, urls, video: this.#video },
      {
        world: browserWorld(),
        onFar: (stream) => {
          this.#far = stream
          if (!this.#audio) return
          this.#audio.srcObject = stream
          void this.#audio.play().catch(() => {})
        },
      },
    )
    this.#guest = guest
    const changed = () => {
      const { state, muted, silent, connectedAtMs, trouble } = guest.view.get()
      this.dispatchEvent(new CustomEvent('tandem-state', { detail: state, bubbles: true }))
      if (state !== 'ended') {
        const far = this.#video ? this.#far : undefined
        return this.#show({ kind: 'call', view: { state, muted, silent }, since: connectedAtMs, far })
      }
      this.#guest = undefined
      if (this.#audio) this.#audio.srcObject = null
      this.#far = undefined
      if (!trouble) return this.#show({ kind: 'ended' })
      const word = wordOf(trouble)
      this.#trouble(this.#say(word), trouble.name, word === 'absent')
    }
    guest.view.on(changed)
    changed()
  }

  async #callBack(number: string): Promise<void> {
    try {
      await callBack(this.#server, { ...this.#wish, number })
      this.#show({ kind: 'called-back' })
    } catch (error) {
      this.#refused(error)
    }
  }

  #refused(error: unknown): void {
    if (!(error instanceof ServerRefusal)) return this.#trouble(this.#say('away'), 'server-away', true)
    const word = wordOfFault(error.fault)
    // A number that was mistyped is asked for again.
    this.#trouble(this.#say(word), 'refused', word === 'wrong-number')
  }

  #trouble(words: string, name: string, offerNumber: boolean): void {
    this.dispatchEvent(new CustomEvent('tandem-trouble', { detail: { name, words }, bubbles: true }))
    this.#show({ kind: 'trouble', words, offerNumber })
  }

  #show(shown: Shown): void {
    this.#shown = shown
    if (!this.#face) return
    paint(this.#face, shown)
    clearInterval(this.#timer)
    // The clock alone is written anew, so that focus stays where it is.
    if (shown.kind === 'call' && shown.since) this.#timer = setInterval(() => this.#face?.tick?.(), 1000)
  }
}

if (!customElements.get('tandem-call')) customElements.define('tandem-call', TandemCall)
