import type { Endpoint } from '#lib/wire'
import type { Kind } from './schema.ts'
import { refuse } from './schema-kinds.ts'

const V4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/
const NAME = /^(?!-)[A-Za-z0-9-]{1,63}(?:\.(?!-)[A-Za-z0-9-]{1,63})*\.?$/

export const isIPv4 = (text: string): boolean => V4.test(text)
/** A zone (`fe80::1%eth0`) is allowed. */
export const isIPv6 = (text: string): boolean =>
  text.includes(':') &&
  /^[0-9a-fA-F:.]+(?:%[\w.-]+)?$/.test(text) &&
  URL.canParse(`http://[${text.split('%')[0]}]/`)
const isName = (text: string): boolean => NAME.test(text) && !/^[\d.]+$/.test(text)

/** `ip`, `ip:port`, `v6`, `[v6]`, `[v6]:port`; with `names` also `host` and `host:port`. No port: the default one. */
export const parseEndpoint = (text: string, defaultPort: number, names = false): Endpoint | undefined => {
  if (isIPv6(text)) return { address: text, port: defaultPort }
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text)
  if (!match) return undefined
  const [, v6, other = '', digits] = match
  const port = digits === undefined ? defaultPort : Number(digits)
  if (port > 65535) return undefined
  if (v6 !== undefined) return isIPv6(v6) ? { address: v6, port } : undefined
  if (isIPv4(other)) return { address: other, port }
  if (other === 'localhost') return { address: '127.0.0.1', port }
  return names && isName(other) ? { address: other, port } : undefined
}

export const printEndpoint = ({ address, port }: Endpoint): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`

const endpoint = (defaultPort: number, names: boolean): Kind<Endpoint> => ({
  text: `${names ? 'host or ' : ''}address, ${defaultPort === 0 ? 'any port' : `default port ${defaultPort}`}`,
  show: (value) => JSON.stringify(printEndpoint(value)),
  read: (value, at) => {
    const needed = `${names ? 'a host name or ' : ''}an address "ip[:port]" or "[ipv6]:port"`
    if (value.kind !== 'string') return refuse(value, at, needed)
    return parseEndpoint(value.value, defaultPort, names) ?? refuse(value, at, needed)
  },
})

/** An own address to listen on. Port 0 lets the system choose. */
export const address = (defaultPort: number): Kind<Endpoint> => endpoint(defaultPort, false)
/** Somebody else's address, perhaps by name. */
export const remote = (defaultPort: number): Kind<Endpoint> => endpoint(defaultPort, true)

/** The empty string asks for none. */
export const optional = (kind: Kind<Endpoint>): Kind<Endpoint> => ({
  ...kind,
  read: (value, at) => (value.kind === 'string' && value.value === '' ? undefined : kind.read(value, at)),
})

/** bind_addr of manual 5.2: an address, or the name of a network interface. Port 0 stands for that of addr. */
export const bindAddress: Kind<Endpoint | { interface: string }> = {
  text: 'address, or name of a network interface',
  show: (value) => JSON.stringify('interface' in value ? value.interface : printEndpoint(value)),
  read: (value, at) => {
    const needed = 'an address "ip[:port]" or the name of a network interface'
    if (value.kind !== 'string') return refuse(value, at, needed)
    const parsed = parseEndpoint(value.value, 0)
    if (parsed) return parsed
    return /^[A-Za-z][\w.@-]{0,14}$/.test(value.value)
      ? { interface: value.value }
      : refuse(value, at, needed)
  },
}

/** One address or a network: `10.0.0.1`, `10.0.0.0/8`, `fd00::/8`. */
export const network: Kind<string> = {
  text: 'address or network',
  read: (value, at) => {
    const needed = 'an address or a network such as "10.0.0.0/8" or "fd00::/8"'
    if (value.kind !== 'string') return refuse(value, at, needed)
    const [base = '', bits, more] = value.value.split('/')
    const most = isIPv4(base) ? 32 : isIPv6(base) ? 128 : -1
    const fits =
      more === undefined && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most))
    return fits && most > 0 ? value.value : refuse(value, at, needed)
  },
}
