/** What a rule says to a shopper, in her language. */
import type { Texts } from './model.ts'

/** A text in a language, else in its base language (`de` for `de-AT`), else in English. */
export function textIn(texts: Texts | undefined, language: string): string | undefined {
  return texts?.[language] ?? texts?.[language.split('-')[0]!] ?? texts?.en
}

/** For rules that have no sentence of their own: `Doors: French door and width: 700 mm do not go together.` */
const together: Record<string, (parts: readonly string[]) => string> = {
  en: (parts) =>
    `${listed(parts, ' and ')} ${parts.length === 1 ? 'cannot be made this way' : 'do not go together'}.`,
  de: (parts) =>
    `${listed(parts, ' und ')} ${parts.length === 1 ? 'ist so nicht möglich' : 'passen nicht zusammen'}.`,
  ar: (parts) => `${parts.join(' و')} ${parts.length === 1 ? 'لا يمكن صنعه هكذا' : 'لا تجتمع'}.`,
  zh: (parts) => `${parts.join('、')}${parts.length === 1 ? '无法这样选择' : '不能同时选择'}。`,
}

const listed = (parts: readonly string[], last: string) =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')}${last}${parts.at(-1)}`

export interface SentenceTask {
  readonly message: Texts | undefined
  /** In a scene: the slot whose family has the rule. */
  readonly slot?: string
  readonly language: string
  /** Options the rule is about. */
  readonly scope: readonly string[]
  readonly known: (option: string) => boolean
  /** An option's label. */
  readonly nameOf: (option: string) => string
  /** The label of the option's value in question; `undefined` when it has none. */
  readonly valueOf: (option: string) => string | undefined
}

/** Between the name of an appliance and what belongs to it: `Oven · Fuse`. */
export const joint = ' · '

/**
 * The rule's own sentence with `{option}` filled in, or one made of the labels of what it is about. That of a family in a scene
 * begins with the appliance, which is then not repeated: `Oven: Fuse: 16 A and Hob: induction do not go together.`
 */
export function sentenceOf(task: SentenceTask): string {
  const { slot, scope, nameOf, language } = task
  const own = (id: string) => slot !== undefined && id.startsWith(`${slot}.`) && nameOf(id).includes(joint)
  const first = scope.find(own)
  if (first === undefined) return plainSentence(task)
  const inside = (id: string) =>
    own(id) ? nameOf(id).slice(nameOf(id).indexOf(joint) + joint.length) : nameOf(id)
  const appliance = nameOf(first).slice(0, nameOf(first).indexOf(joint))
  const said = plainSentence({ ...task, nameOf: inside, scope: scope.filter((id) => id !== slot) })
  return `${appliance}${colonIn(language)}${said}`
}

const colonIn = (language: string) => (language.startsWith('zh') ? '：' : ': ')

function plainSentence({ message, language, scope, known, nameOf, valueOf }: SentenceTask): string {
  const text = textIn(message, language)
  if (text !== undefined)
    return text.replace(/\{([^{}]+)\}/g, (whole, id: string) =>
      known(id) ? (valueOf(id) ?? nameOf(id)) : whole,
    )
  const given = scope.filter((id) => valueOf(id) !== undefined)
  const parts =
    given.length > 0
      ? given.map((id) => `${nameOf(id)}${colonIn(language)}${valueOf(id)}`)
      : scope.map(nameOf)
  const make = together[language] ?? together[language.split('-')[0]!] ?? together['en']!
  return make(parts)
}
