import type { Say } from './words.ts'

/** What the widget shows. Everything is built of nodes: no text of anybody becomes markup. */
export type Shown =
  | { kind: 'idle' }
  | {
      kind: 'call'
      view: { state: string; muted: boolean; silent: boolean }
      since: number | undefined
      far?: MediaStream | undefined
    }
  | { kind: 'ended' }
  | { kind: 'number' }
  | { kind: 'called-back' }
  | { kind: 'trouble'; words: string; offerNumber: boolean }

export type Face = {
  root: ShadowRoot
  say: Say
  label(): string
  call(): void
  hangUp(): void
  mute(on: boolean): void
  dtmf(key: string): void
  callBack(number: string): void
  close(): void
  tick?(): void
}

type Child = Node | string
const el = <K extends keyof HTMLElementTagNameMap>(
  name: K,
  props: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] => {
  const one = Object.assign(document.createElement(name), props)
  one.append(...children)
  return one
}

const HANDSET =
  'M6.6 3.5 9 7.6a1.5 1.5 0 0 1-.2 1.8l-1.2 1.3a13 13 0 0 0 5.7 5.7l1.3-1.2a1.5 1.5 0 0 1 1.8-.2l4.1 2.4a1.4 1.4 0 0 1 .6 1.7l-.6 1.6a2 2 0 0 1-2.1 1.2A17.5 17.5 0 0 1 2.1 5.6a2 2 0 0 1 1.2-2.1l1.6-.6a1.4 1.4 0 0 1 1.7.6Z'

const handset = (): SVGSVGElement => {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  path.setAttribute('d', HANDSET)
  svg.append(path)
  return svg
}

const button = (words: string, onclick: () => void, className = ''): HTMLButtonElement =>
  el('button', { type: 'button', className, onclick }, words)

const clock = (since: number): string => {
  const seconds = Math.max(0, Math.floor((Date.now() - since) / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

const card = (face: Face, ...children: Child[]): HTMLElement =>
  el('div', { className: 'card', role: 'group', ariaLabel: face.label() }, ...children)

const status = (words: string): HTMLElement => el('p', { className: 'state', role: 'status' }, words)

const numberForm = (face: Face): HTMLElement => {
  const input = el('input', { type: 'tel', required: true, maxLength: 40, autocomplete: 'tel' })
  const form = el(
    'form',
    {
      onsubmit: (event) => {
        event.preventDefault()
        face.callBack(input.value.trim())
      },
    },
    el('label', {}, face.say('number'), input),
    el('button', { className: 'main' }, face.say('call-back')),
  )
  return form
}

const callCard = (face: Face, { view, since, far }: Extract<Shown, { kind: 'call' }>): HTMLElement => {
  const { say } = face
  const state = status(since ? clock(since) : say(view.state as 'calling'))
  if (since) {
    state.role = 'timer'
    face.tick = () => state.replaceChildren(clock(since))
  }
  const keys = el(
    'div',
    { className: 'keys', hidden: true },
    ...[...'123456789*0#'].map((key) => button(key, () => face.dtmf(key))),
  )
  const tools = since
    ? [
        button(view.muted ? say('unmute') : say('mute'), () => face.mute(!view.muted)),
        button(say('keypad'), () => {
          keys.hidden = !keys.hidden
        }),
      ]
    : []
  const picture = far?.getVideoTracks().length
    ? [el('video', { srcObject: far, autoplay: true, muted: true, playsInline: true })]
    : []
  return card(
    face,
    el('div', { className: 'who' }, face.label()),
    ...picture,
    state,
    ...(view.silent ? [status(say('silent'))] : []),
    ...(since ? [keys] : []),
    el('div', { className: 'row' }, ...tools, button(say('hang-up'), face.hangUp, 'end')),
  )
}

const bodyOf = (face: Face, shown: Shown): HTMLElement => {
  const { say } = face
  const close = () => button(say('close'), face.close)
  switch (shown.kind) {
    case 'idle':
      return el(
        'button',
        { type: 'button', className: 'main start', onclick: face.call },
        handset(),
        el('span', {}, face.label()),
      )
    case 'call':
      return callCard(face, shown)
    case 'number':
      return card(face, numberForm(face), close())
    case 'called-back':
      return card(face, status(say('called-back')), close())
    case 'ended':
      return card(
        face,
        status(say('ended')),
        el('div', { className: 'row' }, button(say('again'), face.call, 'main'), close()),
      )
    case 'trouble': {
      const words = el('p', { className: 'state', role: 'alert' }, shown.words)
      const next = shown.offerNumber ? numberForm(face) : button(say('again'), face.call, 'main')
      return card(face, words, next, close())
    }
  }
}

/** Draws it anew; focus stays on the button of the same words, or on the first of the new card. */
export const paint = (face: Face, shown: Shown): void => {
  const had = face.root.activeElement as HTMLElement | null
  const words = had?.textContent
  delete face.tick
  const body = bodyOf(face, shown)
  face.root.replaceChildren(body)
  if (!had) return
  const buttons = [...face.root.querySelectorAll<HTMLElement>('button')]
  const next = buttons.find(({ textContent }) => textContent === words)
  ;(next ?? face.root.querySelector<HTMLElement>('input') ?? buttons.at(-1))?.focus()
}
