import { err, type Result } from '#lib/result'
import type { Media, MediaOptions, Script, Side } from './ports.ts'
import type { Refusal } from './refusals.ts'

type Told = Promise<Result<string, Refusal>>

/** Media of one call: an error once it is over. They are closed when the last thing that they work at is done. */
export class CallMedia {
  readonly #id: string
  readonly #media: Media
  #working = 0
  #over = false
  #closed = false

  constructor(id: string, media: Media) {
    this.#id = id
    this.#media = media
  }

  offer(side: Side, sdp: string, options?: MediaOptions): Told {
    return this.#use(() => this.#media.offer(this.#id, side, sdp, options))
  }

  /** `web`: the browser's transport whose answer it is. */
  answer(side: Side, sdp: string, web?: string): Told {
    return this.#use(() =>
      web === undefined
        ? this.#media.answer(this.#id, side, sdp)
        : this.#media.answer(this.#id, side, sdp, { web }),
    )
  }

  invite(side: Side, options?: MediaOptions): Told {
    return this.#use(() => this.#media.invite(this.#id, side, options))
  }

  echo(sdp: string, options?: MediaOptions): Told {
    return this.#use(() => this.#media.echo(this.#id, 'caller', sdp, options))
  }

  /** Plays and listens by itself, see `Media.speak`. */
  speak(side: Side, sdp: string, script: Script | undefined, options?: MediaOptions): Told {
    return this.#use(async () => {
      const { speak } = this.#media
      return speak ? speak(this.#id, side, sdp, script, options) : err('not-acceptable-media')
    })
  }

  async record(folder: string | undefined, name: string): Promise<Result<void, Refusal>> {
    const { record } = this.#media
    if (this.#over) return err('cancelled')
    return record ? record(this.#id, folder, name) : err('not-acceptable-media')
  }

  attach(side: Side): void {
    if (!this.#over) this.#media.attach(this.#id, side)
  }

  /** A browser's transport that nobody will speak by, also after the end. */
  leave(web: string): void {
    this.#media.leave(web)
  }

  close(): void {
    this.#over = true
    if (this.#working > 0 || this.#closed) return
    this.#closed = true
    this.#media.close(this.#id)
  }

  async #use(work: () => Told): Told {
    if (this.#over) return err('cancelled')
    this.#working++
    try {
      return await work()
    } finally {
      this.#working--
      if (this.#over) this.close()
    }
  }
}
