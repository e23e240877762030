/** An authority of a scheme that is none of the web's own: extensions and apps have pages too. */
const OTHER = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@\s"'\\]+$/

/**
 * What browsers call the origin of this site's pages, RFC 6454 §6.2: `scheme://host[:port]`. Undefined: nobody's page comes
 * from there. The opaque origin, `null`, is no site: every site can make pages that have it.
 */
export const originOf = (site: string): string | undefined => {
  const url = URL.parse(site)
  if (!url || url.protocol === 'file:') return undefined
  if (url.origin !== 'null') return url.origin
  return OTHER.test(url.href) ? url.href : undefined
}
