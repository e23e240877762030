import type { AgentWords } from '#core'
import type { Headers } from '#sip'

/** The header fields by which a call centre names the call and the agent who serves it; empty: nothing is looked for. */
export type AgentPorts = { agentHeaders?: { id: string; tel: string } }

const MOST = 128

/** What such a message says of them; undefined where it says nothing. */
export const agentOf = ({ agentHeaders }: AgentPorts, headers: Headers): AgentWords | undefined => {
  if (!agentHeaders) return undefined
  const wordIn = (name: string): string =>
    (name === '' ? '' : (headers.get(name)?.trim() ?? '')).slice(0, MOST)
  const [id, tel] = [wordIn(agentHeaders.id), wordIn(agentHeaders.tel)]
  return id === '' && tel === '' ? undefined : { ...(id !== '' && { id }), ...(tel !== '' && { tel }) }
}
