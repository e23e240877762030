import { silentLog } from '#lib/log'
import { createWebphone, type WebCarrier, type Webphone, type WebphonePorts } from '#webphone'

/** Of the web phones of a house in memory. */
export type HouseWebOptions = Partial<Pick<WebphonePorts, 'guests' | 'lamps' | 'mailboxes'>> & {
  web?: Partial<WebphonePorts['settings']>
}

export const WEB_KEY = 'Operator'
const settings: WebphonePorts['settings'] = {
  ...{ cipher: 'aes128ecb', key: WEB_KEY, plainWs: false, takeover: false },
  ...{ maxRegisters: 500, maxCalls: 240, maxVideos: 100, maxBlf: 200, leavingS: 15 },
  ...{ ctiHeader: 'X-CTI-Data', skillHeader: 'X-Skill' },
}

/** `tokens`: those that are good, each once. */
export const createHouseWeb = (
  { web, guests, lamps, mailboxes }: HouseWebOptions,
  tokens: Map<string, { impi: string; tel: string }>,
  carrier: WebCarrier,
  ports: Omit<WebphonePorts, 'settings' | 'tokens' | 'features' | 'log' | keyof HouseWebOptions>,
): Webphone =>
  createWebphone(
    {
      ...{ ...ports, log: silentLog, features: { messages: true }, settings: { ...settings, ...web } },
      tokens: {
        redeem(token) {
          const owner = tokens.get(token)
          tokens.delete(token)
          return owner
        },
      },
      ...(guests && { guests }),
      ...(lamps && { lamps }),
      ...(mailboxes && { mailboxes }),
    },
    carrier,
  )
