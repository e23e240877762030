import { type ReactElement, useEffect, useEffectEvent, useRef, useState } from 'react'
import { Meter, Press } from '../parts/controls.tsx'
import { Icon } from '../parts/icon.tsx'
import { Page } from '../parts/shapes.tsx'
import { freshReport, runCallTest, type Step, type StepName, type TestReport } from '../state/call-test.ts'
import { useCell, useHouse } from '../state/hooks.ts'
import { type Say, useWords, type Word } from '../words/index.ts'
import { troubleWords } from '../words/troubles.ts'
import { Verdict } from './quality-line.tsx'

const WORDS: Record<StepName, { word: Word; hint: Word }> = {
  microphone: { word: 'Microphone', hint: 'Say something: the bar should move.' },
  channel: { word: 'Connection to the server', hint: 'The secure channel for calls.' },
  media: { word: 'Way of the sound', hint: 'A call to the echo service.' },
  echo: { word: 'Echo', hint: 'What you say comes back.' },
  quality: { word: 'Quality', hint: 'Measured for six seconds.' },
}
const MARKS: Record<Step['state'], { word: Word; icon: 'wait' | 'check' | 'alert' | 'more' }> = {
  waiting: { word: 'Not yet', icon: 'more' },
  running: { word: 'Running', icon: 'wait' },
  passed: { word: 'Passed', icon: 'check' },
  failed: { word: 'Failed', icon: 'alert' },
}

/** What a user sends to those who help; no secrets in it. */
const asText = ({ steps, quality }: TestReport, tel: string, say: Say): string =>
  [
    `${say('Call test')} ${tel} ${new Date().toISOString()}`,
    ...steps.map(
      ({ name, state, detail, trouble }) =>
        `${say(MARKS[state].word)}: ${say(WORDS[name].word)}${detail ? ` (${detail})` : ''}${trouble ? ` – ${troubleWords(trouble, say)}` : ''}`,
    ),
    ...(quality
      ? [
          `MOS ${quality.mos.toFixed(1)}, ${say('Round trip')} ${Math.round(quality.rttMs)} ms, ${say('Jitter')} ${Math.round(quality.jitterMs)} ms, ${say('Loss')} ${quality.lossPercent.toFixed(1)} %`,
        ]
      : []),
    navigator.userAgent,
  ].join('\n')

const StepRow = ({ step, level }: { step: Step; level: number }): ReactElement => {
  const say = useWords()
  const { word, hint } = WORDS[step.name]
  const mark = MARKS[step.state]
  return (
    <li className={`step step-${step.state}`}>
      <span className="step-mark">
        <Icon name={mark.icon} size={18} />
      </span>
      <div className="grow">
        <b>{say(word)}</b> <span className="dim">{say(mark.word)}</span>
        <p className="dim">{step.trouble ? troubleWords(step.trouble, say) : step.detail || say(hint)}</p>
        {step.state === 'running' && step.name === 'microphone' && (
          <Meter level={level} label={say('Level of the microphone')} />
        )}
      </div>
    </li>
  )
}

export const CallTest = (): ReactElement => {
  const say = useWords()
  const house = useHouse()
  const { rest } = useCell(house.route)
  const [report, setReport] = useState(freshReport)
  const [copied, setCopied] = useState(false)
  const abort = useRef<AbortController>(undefined)
  useEffect(() => () => abort.current?.abort(), [])

  const done = !report.running && report.steps.some(({ state }) => state === 'passed' || state === 'failed')
  const start = () => {
    abort.current?.abort()
    abort.current = new AbortController()
    setCopied(false)
    house.ringer.unlock()
    void runCallTest(house, setReport, abort.current.signal)
  }
  const atOnce = useEffectEvent(() => {
    // Only once: who comes back to this page, or loads it again, is asked.
    house.route.go('test')
    start()
  })
  useEffect(() => {
    if (rest === 'now') atOnce()
  }, [rest])
  const share = async () => {
    const text = asText(report, house.me.tel, say)
    try {
      await navigator.clipboard.writeText(text)
      setCopied(true)
    } catch {
      await navigator.share?.({ text }).catch(() => {})
    }
  }

  return (
    <Page title={say('Call test')}>
      <p className="dim">
        {say('Tries microphone, connection and sound one after the other, in half a minute.')}
      </p>
      <ol className="steps" aria-live="polite">
        {report.steps.map((step) => (
          <StepRow key={step.name} step={step} level={report.level} />
        ))}
      </ol>
      {report.quality && <Verdict quality={report.quality} />}
      <div className="test-row">
        <Press look="main" isDisabled={report.running} onPress={start}>
          {done ? say('Test again') : say('Start the test')}
        </Press>
        {done && (
          <Press icon="share" onPress={() => void share()}>
            {copied ? say('Copied') : say('Copy the result')}
          </Press>
        )}
      </div>
    </Page>
  )
}
