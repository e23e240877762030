import type { ReactElement } from 'react'
import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components'
import type { Grade, Quality } from '../../sdk/index.ts'
import type { Shown } from '../state/hooks.ts'
import { type Say, useWords, type Word } from '../words/index.ts'

const GRADES: Record<Grade, { word: Word; bars: number }> = {
  excellent: { word: 'Excellent', bars: 4 },
  good: { word: 'Good', bars: 3 },
  fair: { word: 'Fair', bars: 2 },
  poor: { word: 'Poor', bars: 1 },
  none: { word: 'none', bars: 0 },
}

const Bars = ({ count }: { count: number }): ReactElement => (
  <svg className={`bars bars-${count}`} viewBox="0 0 20 14" width="20" height="14" aria-hidden="true">
    {[1, 2, 3, 4].map((bar) => (
      <rect
        key={bar}
        className={bar <= count ? 'bar-on' : 'bar-off'}
        x={(bar - 1) * 5}
        y={14 - bar * 3.5}
        width="3.5"
        height={bar * 3.5}
        rx="1"
      />
    ))}
  </svg>
)

const yes = (flows: boolean, say: Say) => (flows ? say('yes') : say('no'))

export const Verdict = ({ quality }: { quality: Quality }): ReactElement => {
  const say = useWords()
  const rows: [string, string][] = [
    [say('Packets from you'), yes(quality.sending, say)],
    [say('Packets from the far end'), yes(quality.receiving, say)],
    [say('Quality (MOS)'), quality.mos.toFixed(1)],
    [say('Round trip'), `${Math.round(quality.rttMs)} ms`],
    [say('Jitter'), `${Math.round(quality.jitterMs)} ms`],
    [say('Loss'), `${quality.lossPercent.toFixed(1)} %`],
  ]
  return (
    <dl className="verdict">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="number">{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** Bars and a word; more when asked. */
export const QualityLine = ({ view }: Shown): ReactElement | null => {
  const say = useWords()
  const { quality, held, heldThere } = view
  if (!quality || held || heldThere) return null
  const { word, bars } = GRADES[quality.grade]
  return (
    <DialogTrigger>
      <Button className={`quality ${view.poor ? 'quality-poor' : ''}`}>
        <Bars count={bars} />
        <span>{say('Sound: {grade}', { grade: say(word) })}</span>
      </Button>
      <Popover className="popover" placement="bottom">
        <Dialog className="quality-dialog" aria-label={say('Quality of the call')}>
          <Verdict quality={quality} />
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}
