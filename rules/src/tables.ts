/** Table cells (`*`, `a|b`, `!a`, `600..750`) and CSV files -> rows of allowed values. */
import type { Cell, Option, Place, Problem } from './model.ts'
import { notAValue } from './nearest.ts'
import { compare, parseRational, rational } from './rational.ts'

/** Index of the value an option has under this spelling (`0012`, `700`, `true`); -1 when it has none. */
export function valueIndex(option: Option, text: string): number {
  if (option.type !== 'number') return option.values.findIndex((value) => String(value) === text)
  const wanted = parseRational(text)
  return wanted ? option.values.findIndex((value) => compare(rational(value as number), wanted) === 0) : -1
}

/** Reads the cells of one column; remembers what it has read, so equal cells are one array. */
export function cellReader(option: Option): (text: string) => Cell | { readonly problem: string } {
  const all = option.values.map((_, index) => index)
  const indexes = new Map(option.values.map((value, index) => [String(value), index]))
  const seen = new Map<string, Cell | { problem: string }>()

  const range = (text: string): number[] | string | undefined => {
    const match = /^(.*?)\s*\.\.\s*(.*)$/.exec(text)
    if (!match) return undefined
    if (option.type !== 'number') return `"${text}" is a range, but ${option.id} is not a number`
    const [low, high] = [parseRational(match[1]!), parseRational(match[2]!)]
    if (!low || !high) return `"${text}" is not a range such as 600..750`
    if (compare(low, high) > 0) return `the range ${text} is empty: its first number is the larger one`
    const inside = all.filter((index) => {
      const value = rational(option.values[index] as number)
      return compare(value, low) >= 0 && compare(value, high) <= 0
    })
    return inside.length > 0 ? inside : `no value of ${option.id} lies in ${text}`
  }

  const read = (text: string): Cell | { problem: string } => {
    const trimmed = text.trim()
    if (trimmed === '*') return null
    const negated = trimmed.startsWith('!')
    const found = new Set<number>()
    for (const raw of (negated ? trimmed.slice(1) : trimmed).split('|')) {
      const part = raw.trim()
      const index = indexes.get(part) ?? valueIndex(option, part)
      if (index >= 0) {
        found.add(index)
        continue
      }
      if (part === '') return { problem: `an empty cell: write a value of ${option.id} or "*" for any` }
      if (part === '*') return { problem: `"*" stands alone: it already means any value of ${option.id}` }
      const inside = range(part)
      if (inside === undefined) return { problem: notAValue(option, part) }
      if (typeof inside === 'string') return { problem: inside }
      for (const each of inside) found.add(each)
    }
    const cell = all.filter((index) => found.has(index) !== negated)
    if (cell.length === 0) return { problem: `"${trimmed}" leaves no value of ${option.id}` }
    return cell.length === all.length ? null : cell
  }

  return (text) => {
    const known = seen.get(text)
    if (known !== undefined) return known
    const cell = read(text)
    seen.set(text, cell)
    return cell
  }
}

interface CsvRow {
  readonly cells: readonly string[]
  readonly columns: readonly number[]
  readonly line: number
}

/**
 * Splits CSV (RFC 4180; `,`, `;` or tab, whichever the first line has). Blank lines, also those of separators alone, and `#` lines
 * are skipped; empty cells at the end of a line, as spreadsheets leave them behind, are no cells. Pure.
 */
function csvRows(text: string, file: string): { rows: CsvRow[]; problems: Problem[] } {
  const problems: Problem[] = []
  const rows: CsvRow[] = []
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text
  const firstLine = source.split(/[\r\n]+/).find((each) => each.trim() !== '' && !each.startsWith('#')) ?? ''
  const separator = [',', ';', '\t'].find((each) => firstLine.includes(each)) ?? ','
  let at = 0
  let line = 1
  while (at < source.length) {
    const cells: string[] = []
    const columns: number[] = []
    const rowLine = line
    let lineStart = at
    for (;;) {
      columns.push(at - lineStart + 1)
      if (source[at] === '"') {
        let cell = ''
        const opened = { line, column: at - lineStart + 1 }
        at++
        for (;;) {
          const end = source.indexOf('"', at)
          if (end < 0) {
            problems.push({ file, ...opened, message: 'this quote is never closed' })
            return { rows, problems }
          }
          cell += source.slice(at, end)
          at = end + 1
          if (source[at] !== '"') break
          cell += '"'
          at++
        }
        line += cell.split('\n').length - 1
        if (cell.includes('\n')) lineStart = at
        cells.push(cell)
        while (source[at] === ' ') at++
      } else {
        const from = at
        while (at < source.length && source[at] !== separator && source[at] !== '\n' && source[at] !== '\r')
          at++
        cells.push(source.slice(from, at).trim())
      }
      if (source[at] !== separator) break
      at++
    }
    if (at < source.length && source[at] !== '\n' && source[at] !== '\r') {
      problems.push({
        file,
        line,
        column: at - lineStart + 1,
        message: `expected "${separator}" or the end of the line after a quoted cell`,
      })
      while (at < source.length && source[at] !== '\n') at++
    }
    if (source[at] === '\r') at++
    if (source[at] === '\n') at++
    line++
    const width = rows[0]?.cells.length ?? 0
    while (cells.length > width && cells.at(-1) === '') cells.pop()
    const isBlank = cells.every((cell) => cell === '')
    if (!isBlank && !cells[0]!.startsWith('#')) rows.push({ cells, columns, line: rowLine })
  }
  return { rows, problems }
}

/**
 * Reads a CSV table: its first line names the options, every other line is one allowed combination. `find` looks an option
 * up by its id and reports (through its own means) what it does not know. `undefined` after problems. Pure.
 */
export function readCsvTable(
  text: string,
  file: string,
  find: (id: string, where: Place) => { readonly index: number; readonly option: Option } | undefined,
  problems: Problem[],
): { of: number[]; rows: Cell[][] } | undefined {
  const before = problems.length
  // What a spreadsheet saves as UTF-16 or in a code page of its own would only give riddles.
  if (/[\0\uFFFD]/.test(text)) {
    const line = text.slice(0, text.search(/[\0\uFFFD]/)).split('\n').length
    problems.push({ file, line, column: 1, message: 'this is no UTF-8 text: save the table as CSV in UTF-8' })
    return undefined
  }
  const csv = csvRows(text, file)
  problems.push(...csv.problems)
  const [head, ...body] = csv.rows
  if (!head) {
    problems.push({
      file,
      line: 1,
      column: 1,
      message: 'the table is empty: its first line names the options',
    })
    return undefined
  }
  const columns = head.cells.map((id, i) => find(id, { file, line: head.line, column: head.columns[i]! }))
  const readers = columns.map((column) => column && cellReader(column.option))
  const rows: Cell[][] = []
  let reported = 0
  for (const row of body) {
    if (reported >= 50) break
    if (row.cells.length !== head.cells.length) {
      problems.push({
        file,
        line: row.line,
        column: 1,
        message: `${row.cells.length} cells, but the first line names ${head.cells.length} options`,
      })
      reported++
      continue
    }
    const cells: Cell[] = []
    for (const [i, text] of row.cells.entries()) {
      const cell = readers[i]?.(text)
      if (cell === undefined) continue
      if (cell !== null && 'problem' in cell) {
        problems.push({ file, line: row.line, column: row.columns[i]!, message: cell.problem })
        reported++
      } else cells.push(cell)
    }
    rows.push(cells)
  }
  // A column can also be an option that is broken and was reported where it stands.
  if (problems.length > before || !columns.every((column) => column !== undefined)) return undefined
  return { of: columns.map((column) => column.index), rows }
}
