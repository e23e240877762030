import { type ReactElement, useEffect, useRef } from 'react'
import type { Shown } from '../state/hooks.ts'
import { useWords } from '../words/index.ts'

const Picture = ({
  stream,
  label,
  className,
}: {
  stream: MediaStream | undefined
  label: string
  className: string
}): ReactElement => {
  const video = useRef<HTMLVideoElement>(null)
  useEffect(() => {
    if (video.current && video.current.srcObject !== (stream ?? null))
      video.current.srcObject = stream ?? null
    void video.current?.play().catch(() => {})
  })
  // The sound is the speaker's business: an element that may choose its output.
  return <video ref={video} className={className} aria-label={label} autoPlay playsInline muted />
}

export const Pictures = ({ call, view }: Shown): ReactElement => {
  const say = useWords()
  return (
    <div className="pictures">
      {view.farVideo ? (
        <Picture stream={call.far()} label={say('Picture of the other side')} className="picture-far" />
      ) : (
        <p className="picture-none">{say('The other side sends no picture.')}</p>
      )}
      {view.video && (
        <Picture stream={call.near()} label={say('Your own picture')} className="picture-near" />
      )}
    </div>
  )
}
