import type { Devices } from './devices.ts'

/** Plays what the far ends say. The microphone never comes here: an audible own stream silences Firefox. */
export type Speaker = {
  play(key: object, stream: MediaStream): void
  stop(key: object): void
  /** To be called in a click (login, answer): browsers let a page sound only after one. */
  unlock(): void
}

type Sounding = HTMLAudioElement & { setSinkId?: (id: string) => Promise<void> }

export const createSpeaker = (devices: Devices, make: () => Sounding = () => new Audio()): Speaker => {
  const sounding = new Map<object, Sounding>()

  const choose = (element: Sounding) => {
    const id = devices.choice.get().speaker ?? ''
    const there = id === '' || devices.list.get().speaker.some((one) => one.id === id)
    void element.setSinkId?.(there ? id : '').catch(() => {})
  }
  devices.choice.on(() => {
    for (const element of sounding.values()) choose(element)
  })
  devices.changed.on((kind) => {
    if (kind === 'speaker') for (const element of sounding.values()) choose(element)
  })

  return {
    play: (key, stream) => {
      const element = sounding.get(key) ?? make()
      sounding.set(key, element)
      element.autoplay = true
      if (element.srcObject !== stream) element.srcObject = stream
      choose(element)
      void element.play().catch(() => {})
    },
    stop: (key) => {
      const element = sounding.get(key)
      sounding.delete(key)
      if (element) element.srcObject = null
    },
    unlock: () => {
      for (const element of sounding.values()) void element.play().catch(() => {})
    },
  }
}
