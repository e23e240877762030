import { type ApiDialect, apiV2, apiV3, type DeviceRequest } from '#ejoin-wire'
import type { Log } from '#lib/log'
import { err, ok, type Result } from '#lib/result'
import type { DeviceSettings } from './ports.ts'

/** `unreached` and `refused`: it has not been done, for certain. `unclear`: perhaps it has. */
export type AskFault = { kind: 'unreached' | 'refused' | 'unclear'; text: string }

const utf8 = new TextDecoder('utf-8')

/** A device's web server. */
export type DeviceClient = {
  dialect: ApiDialect
  ask(request: DeviceRequest, timeoutMs: number): Promise<Result<Uint8Array, AskFault>>
}

/** Undefined when the configuration names no address of it. */
export const createClient = (settings: DeviceSettings, log: Log): DeviceClient | undefined => {
  const base = URL.parse(settings.url)
  if (!base) return undefined
  const folder = base.pathname.replace(/\/+$/, '')
  const urlOf = ({ path, query }: DeviceRequest): string => {
    const url = new URL(base)
    url.pathname = folder + path
    const { username, password } = settings
    url.search = new URLSearchParams({ username, password, ...query }).toString()
    return url.href
  }
  /** Without name and password, and without our own secret path. */
  const shown = (query: Record<string, string>): string =>
    new URLSearchParams(query).toString().replaceAll(settings.secret, '…')
  const told = (dir: 'FROM' | 'TO', text: string, payload: string): void =>
    log.write('gw', 'debug', `Ejoin ${settings.name}: ${text}`, {
      ...{ dir, user: base.host, payload: payload.replaceAll(settings.secret, '…') },
    })
  return {
    dialect: settings.api === 'v3' ? apiV3 : apiV2,
    async ask(request, timeoutMs) {
      const { method, path, query, body, type } = request
      if (log.on('gw', 'debug')) told('TO', `${method} ${path}`, body ?? shown(query))
      const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type }
      const options = { method, headers, timeoutMs, ...(body !== undefined && { body }) }
      const reply = await settings.http(urlOf(request), options)
      if (!reply.ok) {
        const { kind, text } = reply.error
        return err({ kind: kind === 'unreached' ? 'unreached' : 'unclear', text })
      }
      const { status } = reply.value
      if (log.on('gw', 'debug')) told('FROM', `${path} ${status}`, utf8.decode(reply.value.body))
      if (status === 200) return ok(reply.value.body)
      const text = `the device answered ${status}`
      return err({ kind: status >= 300 && status < 500 ? 'refused' : 'unclear', text })
    },
  }
}
