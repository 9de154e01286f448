/** Free texts (an engraving): checked beside the machine, by the same code in page and bridge. */
import type { Selection, TextOptionView } from './product.ts'

/** Why a text cannot be taken: no such text, not offered for this design, too long, or with characters the line cannot make. */
export interface TextProblem {
  readonly text: string
  readonly reason: 'unknown' | 'notOffered' | 'tooLong' | 'characters'
  readonly message: string
}

/** Whether a text is offered for this design: one of its rows fits. */
export const isTextOffered = (text: Pick<TextOptionView, 'when'>, selection: Selection): boolean =>
  text.when.some((row) =>
    Object.entries(row).every(([option, values]) => values.includes(selection[option]!)),
  )

/** Texts as they are stored and made: trimmed, one Unicode form, empty ones left out. Pure. */
export function normalizeTexts(given: Readonly<Record<string, string>>): Record<string, string> {
  const texts = Object.entries(given).map(([id, text]) => [id, text.normalize('NFC').trim()] as const)
  return Object.fromEntries(texts.filter(([, text]) => text !== ''))
}

/** Everything that is wrong with the texts given for a design; empty: all can be made. Length counts characters. Pure. */
export function textProblems(
  options: readonly TextOptionView[],
  selection: Selection,
  given: Readonly<Record<string, string>>,
): TextProblem[] {
  const problems: TextProblem[] = []
  for (const [id, text] of Object.entries(normalizeTexts(given))) {
    const option = options.find((each) => each.id === id)
    const length = Array.from(text).length
    if (!option) problems.push({ text: id, reason: 'unknown', message: `there is no text ${id}` })
    else if (!isTextOffered(option, selection))
      problems.push({ text: id, reason: 'notOffered', message: `${id} is not offered for this design` })
    else if (length > option.maxLength)
      problems.push({
        text: id,
        reason: 'tooLong',
        message: `${id} has ${length} characters, at most ${option.maxLength} fit`,
      })
    else if (!new RegExp(`^(?:${option.pattern})$`, 'u').test(text))
      problems.push({ text: id, reason: 'characters', message: `${id} has characters that cannot be made` })
  }
  return problems
}
