import type { CallActions } from './call-actions.ts'
import type { CallMedia } from './call-media.ts'
import type { CallView } from './call-view.ts'
import type { Devices } from './devices.ts'
import type { Cell } from './emitter.ts'
import type { Answer, Members, ServerEvent } from './protocol.ts'
import type { World } from './world.ts'

export type Call = CallActions & {
  view: Cell<CallView>
  far(): MediaStream | undefined
  near(): MediaStream | undefined
  answer(options?: { video?: boolean }): Promise<void>
  /** 486 by default; `to` sends the caller elsewhere (302). */
  reject(options?: { busy?: boolean; to?: string }): Promise<void>
  hangUp(): Promise<void>
  /** The way of the media is made anew: another network, a lost connection, a new page. */
  repair(): void
}

/** What only the table of calls does with a call. */
export type CallInside = {
  call: Call
  media: CallMedia
  place(disp: string): Promise<void>
  /** The call of an earlier page: the server asks for media soon (9008). */
  adopt(): Promise<void>
  onState(event: ServerEvent): void
  onSecond(event: ServerEvent): void
  onMedia(event: ServerEvent): Promise<void>
  onMediaLost(event: ServerEvent): void
  onRecording(event: ServerEvent): void
  onAgent(agent: string): void
  end(part: Partial<CallView>): void
}

export type CallPorts = {
  world: World
  devices: Devices
  ask(op: number, members: Members): Promise<Answer>
  tell(op: number, members: Members): void
  onFar(call: Call, stream: MediaStream): void
  onEnded(call: Call): void
  /** Holds what else is talking, before this one talks. */
  alone(call: Call): Promise<void>
  /** The channel may be dead as well. */
  probe(): void
}
