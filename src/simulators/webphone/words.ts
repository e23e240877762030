import type { Heard } from './client.ts'

const STATES = ['ended', 'rings', 'connected', 'held here', 'held there']

const why = ({ cause, reason }: Heard): string =>
  [cause, reason].filter((word) => word !== undefined && word !== '').join(' ')

const line = (...words: unknown[]): string =>
  words.filter((word) => word !== undefined && word !== '').join(' ')

/** One line for a person of what a server said; undefined: nothing that is worth one. */
export const webWords = (heard: Heard): string | undefined => {
  const { op, code, cid } = heard
  switch (op) {
    case 9001:
      return heard.state === 0 ? 'registered' : line('not registered:', heard.state, heard.reason)
    case 9002:
      return line(`call ${cid} from`, heard.from, heard.disp, heard.video ? '(video)' : '')
    case 9003:
      return `call ${cid}: ${heard.kind === 'offer' ? 'offer' : 'answer'} of its media`
    case 9004:
      return line(`call ${cid}`, STATES[Number(heard.state)] ?? heard.state, why(heard))
    case 9005:
      return line(
        heard.direction === 'out' ? 'text to' : 'text from',
        heard.direction === 'out' ? heard.to : heard.from,
        '-',
        heard.msg,
      )
    case 9006:
      return line(`text ${heard.mid ?? heard.id}`, heard.state, heard.reason)
    case 9008:
      return `call ${cid}: no media`
    case 9011:
      return `mailbox: ${heard.new} new, ${heard.old} old`
    case 9012:
      return line('lamp', heard.ext, heard.lamp ?? heard.state, heard.remote)
    case 9016:
      return line('over:', heard.reason)
    default:
      return typeof code === 'number' && code !== 0
        ? line(`refused (${op - 1000}):`, code, heard.reason)
        : undefined
  }
}
