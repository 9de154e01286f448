import type { OptionView, Value } from '@lot-one/rules'
import type { DesignSession, DesignView } from '../session.ts'
import type { Words } from './words.ts'

/** What one value says about itself under its name. */
export interface Mark {
  readonly state: 'selected' | 'free' | 'conflict' | 'impossible'
  readonly text: string
}

/** Gives what a value says under its name: whose choice it is, its price difference, or what it would change. */
export function markOf(
  words: Words,
  session: DesignSession,
  view: DesignView,
  option: OptionView,
  value: Value,
  current: Value,
): Mark {
  const { t } = words
  const key = String(value)
  if (value === current)
    return { state: 'selected', text: option.id in view.design.selection ? t.chosen : t.suggested }
  const status = view.statuses.of(option.id, value)
  if (status?.status === 'conflict') {
    if (status.changes < 0) return { state: 'impossible', text: t.notHere(placeOf(words, session, view)) }
    const cents = session.wayCents(option.id, value)
    const parts = [t.changesOthers(status.changes), cents === undefined ? '' : words.delta(cents)]
    return { state: 'conflict', text: parts.filter(Boolean).join(' · ') }
  }
  const price = view.prices[option.id]?.[key]
  return { state: 'free', text: price === undefined ? '' : words.delta(price - view.designCents) }
}

/** The context in words: the country the shop delivers to. */
function placeOf(words: Words, { product }: DesignSession, { design }: DesignView): string {
  return Object.entries(design.context)
    .map(([option, value]) => words.value(product, option, value))
    .join(', ')
}
