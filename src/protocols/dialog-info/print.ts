import { xmlAttribute as attribute, escapeXml } from '#lib/xml'
import { DIALOG_INFO_NAMESPACE, type DialogEnd, type DialogInfo, type DialogOf } from './dialog-info.ts'

const endOf = (name: 'local' | 'remote', end: DialogEnd | undefined): string => {
  if (!end) return ''
  const { identity, display, target, params = [] } = end
  let text = ''
  if (identity !== undefined)
    text += `      <identity${attribute('display', display || undefined)}>${escapeXml(identity)}</identity>\n`
  if (target !== undefined) {
    const inner = params
      .map(([param, value]) => `<param${attribute('pname', param)}${attribute('pval', value)}/>`)
      .join('')
    text += `      <target${attribute('uri', target)}${inner === '' ? '/>' : `>${inner}</target>`}\n`
  }
  return text === '' ? '' : `    <${name}>\n${text}    </${name}>\n`
}

const dialogOf = ({ id, direction, state, event, code, duration, local, remote }: DialogOf): string => {
  const words = attribute('event', event) + attribute('code', code)
  const lasts = duration === undefined ? '' : `    <duration>${duration}</duration>\n`
  return (
    `  <dialog${attribute('id', id)}${attribute('direction', direction)}>\n` +
    `    <state${words}>${state}</state>\n${lasts}${endOf('local', local)}${endOf('remote', remote)}  </dialog>\n`
  )
}

/** The document, RFC 4235 §4.4. */
export const printDialogInfo = ({ version, state, entity, dialogs }: DialogInfo): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<dialog-info xmlns="${DIALOG_INFO_NAMESPACE}"` +
  `${attribute('version', version)}${attribute('state', state)}${attribute('entity', entity)}>\n` +
  `${dialogs.map(dialogOf).join('')}</dialog-info>\n`
