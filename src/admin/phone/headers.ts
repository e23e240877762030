/** What pages may do. `sockets`: where they may open WebSockets to; `frames`: who may show them in a frame. */
const pagePolicy = (sockets: readonly string[]): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "media-src 'self' blob:",
    ["connect-src 'self'", ...sockets.map(originOf)].join(' '),
    "worker-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')

/** Without its path: a source with one would fit that path alone. */
const originOf = (url: string): string => {
  const parsed = URL.parse(url)
  return parsed ? `${parsed.protocol}//${parsed.host}` : ''
}

/** Of every page. No HSTS: certificates are often self-signed, and other services share the name. */
export const pageHeaders = (sockets: readonly string[]): Record<string, string> => ({
  'content-security-policy': pagePolicy(sockets),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'permissions-policy': 'microphone=(self), camera=(self), autoplay=(self), geolocation=()',
  'cross-origin-opener-policy': 'same-origin',
})
