/** Words of a UVL file with their places. */

export interface Token {
  /** Without quotes. */
  readonly text: string
  readonly quoted: boolean
  readonly line: number
  /** From 1. */
  readonly column: number
  /** Blanks at the start of its line; a tab counts as four. */
  readonly indent: number
}

/** The name a word stands for. */
export const bare = (token: Token): string => token.text

// Names may hold dots (attributes, imported features); two dots are a range.
const word =
  /"([^"\n]*)"|'([^'\n]*)'|(<=>|=>|==|!=|<=|>=|\.\.|[()[\]{},&|!<>+*/=-])|([\p{L}\p{N}_$#§%?\\´`~^;:@-](?:[\p{L}\p{N}_$#§%?\\´`~^;:@]|\.(?!\.))*)/uy

/** Splits a text into words; comments are gone, of a line and of several. Signs it does not know are reported. Pure. */
export function tokensOf(text: string): {
  readonly tokens: Token[]
  readonly broken: { line: number; column: number; message: string }[]
} {
  const tokens: Token[] = []
  const broken: { line: number; column: number; message: string }[] = []
  let line = 1
  let lineStart = 0
  let indent = 0
  let atStart = true
  let at = text.startsWith('\uFEFF') ? 1 : 0
  const newLine = () => {
    line++
    lineStart = at
    indent = 0
    atStart = true
  }
  while (at < text.length) {
    const sign = text[at]!
    if (sign === '\n') {
      at++
      newLine()
    } else if (/\s/.test(sign)) {
      if (atStart) indent += sign === '\t' ? 4 : 1
      at++
    } else if (text.startsWith('//', at)) {
      while (at < text.length && text[at] !== '\n') at++
    } else if (text.startsWith('/*', at)) {
      const end = text.indexOf('*/', at + 2)
      const stop = end < 0 ? text.length : end + 2
      if (end < 0)
        broken.push({
          line,
          column: at - lineStart + 1,
          message: 'this comment is not closed: "*/" is missing',
        })
      while (at < stop) if (text[at++] === '\n') newLine()
    } else {
      word.lastIndex = at
      const found = word.exec(text)
      const column = at - lineStart + 1
      if (found) {
        const quoted = found[1] ?? found[2]
        tokens.push({ text: quoted ?? found[0], quoted: quoted !== undefined, line, column, indent })
        at += found[0].length
      } else {
        if (broken.length < 20)
          broken.push({
            line,
            column,
            message:
              sign === '"' || sign === "'" ? 'this quote is not closed' : `"${sign}" is not understood here`,
          })
        while (at < text.length && text[at] !== '\n') at++
      }
      atStart = false
    }
  }
  return { tokens, broken }
}
