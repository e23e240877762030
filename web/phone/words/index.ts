import { type I18n, setupI18n } from '@lingui/core'
import { compileMessage } from '@lingui/message-utils/compileMessage'
import { useLingui } from '@lingui/react'
import { zhHant } from './zh-hant.ts'

/** Every word of the phone: the English text names it, and a word without its Chinese does not compile. */
export type Word = keyof typeof zhHant
export type Locale = 'en' | 'zh-Hant'
export type Say = (word: Word, values?: Record<string, string | number>) => string

export const i18n: I18n = setupI18n()
i18n.setMessagesCompiler(compileMessage)
i18n.load({ en: Object.fromEntries(Object.keys(zhHant).map((word) => [word, word])), 'zh-Hant': zhHant })

/** The browser's wish: any Chinese is nearer to our Chinese than to English. */
const wishedLocale = (languages: readonly string[]): Locale => {
  for (const language of languages) {
    if (/^zh\b/i.test(language)) return 'zh-Hant'
    if (/^en\b/i.test(language)) return 'en'
  }
  return 'en'
}

export const speak = (language: 'auto' | Locale): void => {
  const locale = language === 'auto' ? wishedLocale(navigator.languages) : language
  i18n.activate(locale)
  document.documentElement.lang = locale
}

export const say: Say = (word, values) => i18n._(word, values)

/** Renders again when the language changes. */
export const useWords = (): Say => {
  const { _ } = useLingui()
  return (word, values) => _(word, values)
}
