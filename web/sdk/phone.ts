import { type Calls, createCalls } from './calls.ts'
import { type Choice, createDevices, type Devices } from './devices.ts'
import { type Cell, createCell } from './emitter.ts'
import { createLamps, type Lamps } from './lamps.ts'
import { createLine, type Line } from './line.ts'
import { EVENT, type Features, numberOf, type VoiceMail } from './protocol.ts'
import { createSpeaker, type Speaker } from './speaker.ts'
import { createTexts, type Texts } from './texts.ts'
import { browserWorld, type World } from './world.ts'

/** A whole phone, without a face. */
export type Phone = {
  line: Line['state']
  features(): Features
  calls: Calls
  texts: Texts
  lamps: Lamps
  devices: Devices
  speaker: Speaker
  voiceMail: Cell<VoiceMail | undefined>
  /** Tries at once instead of waiting for the next attempt. */
  hurry(): void
  start(): void
  /** Deregisters and forgets the session. */
  stop(): Promise<void>
}

export type PhoneOptions = {
  urls: readonly string[]
  tel: string
  /** A token of `POST token`; see `createApi`. */
  token(): Promise<string | 'signed-out' | undefined>
  client?: string
  video?: { width: number; height: number }
  devices?: Choice
  mwi?: boolean
  /** A second caller is let through instead of hearing busy. */
  waiting?: () => boolean
  world?: World
  speaker?: (devices: Devices) => Speaker
}

export const createPhone = (options: PhoneOptions): Phone => {
  const world = options.world ?? browserWorld()
  const devices = createDevices({
    world,
    ...(options.devices ? { choice: options.devices } : {}),
    ...(options.video ? { video: options.video } : {}),
  })
  const speaker = (options.speaker ?? createSpeaker)(devices)
  const voiceMail = createCell<VoiceMail | undefined>(undefined)

  const line: Line = createLine({
    ...{ world, urls: options.urls, tel: options.tel, token: options.token },
    wants: {
      mwi: options.mwi ?? true,
      waiting: options.waiting ?? (() => true),
      client: options.client ?? 'tandem-sdk',
    },
    onEvent: (event) => {
      if (calls.onEvent(event) || texts.onEvent(event) || lamps.onEvent(event)) return
      if (event.op !== EVENT.voiceMail) return
      const [fresh, old] = [numberOf(event, 'new'), numberOf(event, 'old')]
      voiceMail.set({
        ...{
          new: fresh,
          old,
          newUrgent: numberOf(event, 'newUrgent'),
          oldUrgent: numberOf(event, 'oldUrgent'),
        },
        exact: event.exact !== false,
      })
    },
    onReady: (cids) => {
      calls.onReady(cids)
      lamps.onReady()
    },
  })
  const calls = createCalls({
    ...{ world, devices, ask: line.ask, tell: line.tell, probe: line.probe },
    onFar: (call, stream) => speaker.play(call, stream),
    onEnded: (call) => speaker.stop(call),
  })
  const texts = createTexts(line)
  const lamps = createLamps(line.ask, () => line.limits().blf)

  const unheard = [
    // Whichever sign of a changed network comes first; each call repairs itself once.
    world.onOnline(() => {
      line.probe()
      calls.repair()
    }),
    world.onSeen(line.probe),
  ]

  return {
    ...{ line: line.state, features: line.features, calls, texts, lamps, devices, speaker, voiceMail },
    hurry: line.hurry,
    start: () => {
      line.start()
      void devices.look()
    },
    stop: async () => {
      for (const off of unheard) off()
      calls.close()
      devices.close()
      await line.stop()
    },
  }
}
