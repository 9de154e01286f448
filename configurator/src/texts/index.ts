/** The page's languages. English comes with the page; the others are loaded when they are wanted. */
import { en } from './en.ts'
import type { Messages } from './en.ts'

export type { Messages } from './en.ts'

const loaders: Record<string, () => Promise<Messages>> = {
  en: () => Promise.resolve(en),
  de: () => import('./de.ts').then((m) => m.de),
  zh: () => import('./zh.ts').then((m) => m.zh),
}

/** Language tags with their own names, in the order of the menu. */
export const languages: readonly { readonly id: string; readonly name: string }[] = [
  { id: 'en', name: 'English' },
  { id: 'de', name: 'Deutsch' },
  { id: 'zh', name: '简体中文' },
]

/** Gives the first offered language among those wanted (`navigator.languages`), English if there is none. */
export function pickLanguage(wanted: readonly string[]): string {
  for (const tag of wanted) {
    const base = tag.toLowerCase().split('-')[0]!
    if (Object.hasOwn(loaders, base)) return base
  }
  return 'en'
}

/** Loads a language's messages. A language that cannot be loaded (offline) is answered in English. */
export async function loadMessages(language: string): Promise<Messages> {
  try {
    return await (loaders[language] ?? loaders['en']!)()
  } catch {
    return en
  }
}
