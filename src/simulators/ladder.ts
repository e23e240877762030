import type { Flow } from '#lib/wire'

/** One line for each SIP message, as a newcomer can follow it: `  0.012 → INVITE sip:600@test (SDP)`. */
export const createLadder = (nowMs: () => number, print: (line: string) => void) => {
  const start = nowMs()
  return (direction: 'in' | 'out', flow: Flow, text: string): void => {
    const seconds = ((nowMs() - start) / 1000).toFixed(3).padStart(7)
    const first = text.slice(0, Math.max(0, text.indexOf('\r\n')))
    // What other hosts write may hold anything: control characters do not reach the terminal.
    const clean = first
      .replace(/ ?SIP\/2\.0 ?/, '')
      .replace(/[^ -~]/g, '?')
      .slice(0, 120)
    const method = /^CSeq:\s*\d+\s+([A-Z]{1,20})\s*$/im.exec(text)?.[1]
    const answered = first.startsWith('SIP/2.0') && method ? ` to ${method}` : ''
    const sdp = /^Content-Type:\s*application\/sdp/im.test(text) ? ' (SDP)' : ''
    const arrow = direction === 'out' ? '→' : '←'
    print(`${seconds} ${arrow} ${clean}${answered}${sdp}   ${flow.transport} ${flow.address}:${flow.port}`)
  }
}
