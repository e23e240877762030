import type { PostJson } from '#core'
import type { Clock } from '#lib/clock'
import { createPost } from './post.ts'
import { keyOf, signedHeaders } from './signature.ts'

type LetterPorts = {
  /** Those of the configuration, whose secret signs what goes to the same URL. */
  entries: readonly { url: string; secret: string }[]
  /** For all other URLs. */
  secretOf: () => string
  clock: Clock
}

const CONNECTIONS = 16

/** Posts texts to the applications that routes name, signed as events are; never rejects. */
export const createLetters = ({ entries, secretOf, clock }: LetterPorts) => {
  const secrets = new Map(entries.map(({ url, secret }) => [new URL(url).href, secret]))
  const known = new Map<string, ReturnType<typeof createPost> & { key: Uint8Array }>()
  const boxOf = (url: string) => {
    const there = known.get(url)
    if (there) return there
    const { href } = new URL(url)
    const box = { ...createPost(new URL(url), '', CONNECTIONS), key: keyOf(secrets.get(href) ?? secretOf()) }
    known.set(url, box)
    return box
  }
  const post: PostJson = async (url, id, body) => {
    try {
      const { post, key } = boxOf(url)
      return await post(signedHeaders(key, id, clock.wallMs(), body), body)
    } catch (problem) {
      // The folder does not take our secret: what is not signed is not sent.
      return { ok: false, detail: (problem as Error).message }
    }
  }
  return {
    post,
    close(): void {
      for (const box of known.values()) box.close()
    },
  }
}
