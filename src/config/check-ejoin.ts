import type { Findings } from './check.ts'
import type { RootSettings } from './schema-root.ts'
import type { EjoinDevice } from './settings.ts'
import type { Place } from './value.ts'

const SHORT_SECRET = 16

/** A device is known by the path that it posts to: nobody may guess it, and no other device may have it. */
export const checkEjoin = (
  { ejoin, admin }: RootSettings,
  place: (name: string) => Place,
  check: Findings,
): void => {
  const devices = ejoin?.devices ?? []
  devices.forEach(({ secret, push, report_url }: Partial<EjoinDevice>, index) => {
    // One that was refused is missing here.
    if (secret === undefined) return
    const at = `ejoin.devices[${index}]`
    if (devices.findIndex((other) => other.secret === secret) < index)
      check.problem(place('ejoin'), `${at}.secret`, 'is also that of another device')
    if (secret.length < SHORT_SECRET)
      check.warn(
        place('ejoin'),
        `${at}.secret`,
        `is short: ${SHORT_SECRET} letters and digits are hard to guess`,
      )
    if (push && report_url === '' && !admin?.public_url)
      check.warn(place('ejoin'), `${at}.push`, 'does nothing without report_url or admin.public_url')
  })
  if (devices.length > 0 && !admin)
    check.warn(place('ejoin'), 'ejoin.devices', 'post to the web server of "admin", which is not there')
}
