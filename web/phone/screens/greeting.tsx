import { type ReactElement, useEffect, useState } from 'react'
import { type Trouble, troubleIn } from '../../sdk/index.ts'
import { Press } from '../parts/controls.tsx'
import { Player } from '../parts/player.tsx'
import { TroubleNote } from '../parts/trouble.tsx'
import { asGreeting, record } from '../state/greeting.ts'
import { useHouse, useNow } from '../state/hooks.ts'
import { clockOf } from '../state/numbers.ts'
import { useWords } from '../words/index.ts'

/** Its length by its size: 16 octets to the millisecond. */
const playable = (wav: Blob) => ({ url: URL.createObjectURL(wav), ms: (wav.size - 44) / 16 })

type Recording = { stop(): void; fromMs: number }

/** What callers of the mailbox hear: the server's own words, or yours. */
export const Greeting = (): ReactElement => {
  const say = useWords()
  const { api, phone } = useHouse()
  const [kept, setKept] = useState<{ url: string; ms: number }>()
  const url = kept?.url
  const [recording, setRecording] = useState<Recording>()
  const [busy, setBusy] = useState(false)
  const [trouble, setTrouble] = useState<Trouble>()
  const now = useNow(recording !== undefined)

  // Fetched once, so that the page knows whether there is one; played from memory.
  useEffect(() => {
    let mine: string | undefined
    void fetch(api.greetingUrl)
      .then((response) => (response.ok ? response.blob() : undefined))
      .then((blob) => {
        if (!blob) return
        const heard = playable(blob)
        mine = heard.url
        setKept(heard)
      })
      .catch(() => {})
    return () => {
      if (mine) URL.revokeObjectURL(mine)
    }
  }, [api])

  const attempt = async (task: () => Promise<void>) => {
    setBusy(true)
    setTrouble(undefined)
    await task().catch((error) => setTrouble(troubleIn(error)))
    setBusy(false)
  }
  const start = () =>
    attempt(async () => {
      const { stop, done } = record(await phone.devices.microphone())
      setRecording({ stop, fromMs: Date.now() })
      const wav = await done.then(asGreeting)
      setRecording(undefined)
      await api.putGreeting(wav)
      setKept(playable(wav))
    }).finally(() => setRecording(undefined))
  const drop = () =>
    attempt(async () => {
      await api.dropGreeting()
      setKept(undefined)
    })

  return (
    <section className="card greeting" aria-labelledby="greeting">
      <h3 id="greeting">{say('Greeting')}</h3>
      <p className="dim">
        {url ? say('Callers hear your own words.') : say('Callers hear the words of the server.')}
      </p>
      {kept && !recording && <Player key={kept.url} src={kept.url} ms={kept.ms} label={say('Greeting')} />}
      {trouble && <TroubleNote trouble={trouble} onClose={() => setTrouble(undefined)} />}
      <div className="test-row">
        {recording ? (
          <Press icon="check" look="main" onPress={recording.stop}>
            {say('Done')} {clockOf(now - recording.fromMs)}
          </Press>
        ) : (
          <Press icon="mic" isDisabled={busy} onPress={() => void start()}>
            {url ? say('Record it again') : say('Record your own')}
          </Press>
        )}
        {url && !recording && (
          <Press look="plain" isDisabled={busy} onPress={() => void drop()}>
            {say('Delete')}
          </Press>
        )}
      </div>
    </section>
  )
}
