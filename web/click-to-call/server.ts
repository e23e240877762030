/** What the widget asks of the server's `/click-to-call` (docs/protocols/web-phone.md). */
export type Wish = { to: string; from?: string; disp?: string; cdata?: string; skill?: string }

export class ServerRefusal extends Error {
  /** What stood against it, by name. */
  readonly fault: string | undefined
  constructor(fault: string | undefined) {
    super(fault)
    this.fault = fault
  }
}

const post = async (server: string, path: string, body: object): Promise<Record<string, unknown>> => {
  const response = await fetch(`${server}/click-to-call/${path}`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
    ...{ credentials: 'omit', mode: 'cors' },
  })
  const told = (await response.json().catch(() => ({}))) as Record<string, unknown>
  if (response.ok) return told
  const fault = typeof told.code === 'string' ? told.code : response.status === 429 ? 'busy' : undefined
  throw new ServerRefusal(fault)
}

export const ticketFor = async (server: string, to: string): Promise<{ ticket: string; ws: string[] }> => {
  const { ticket, ws } = await post(server, 'ticket', { to })
  return { ticket: String(ticket), ws: Array.isArray(ws) ? ws.map(String) : [] }
}

export const callBack = async (
  server: string,
  { to, number, cdata, skill }: Wish & { number: string },
): Promise<void> => {
  await post(server, 'callback', { to, number, ...(cdata && { cdata }), ...(skill && { skill }) })
}
