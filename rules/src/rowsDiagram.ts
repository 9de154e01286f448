/**
 * Tables of plain rows, one value in every cell, as decision diagrams: sorted by their columns, rows that begin alike lie side by
 * side, and each node is made once the rows that lead through it are over. No set of rows is ever looked at twice.
 */
import type { DiagramBuilder } from './diagramBuilder.ts'

/**
 * The values of one column after another, as indexes; `undefined` where some cell allows several values. `from`: columns of the
 * rows, in the order wanted.
 */
export function plainColumns(
  rows: readonly (readonly (readonly number[] | null)[])[],
  from: readonly number[],
): Int32Array[] | undefined {
  const columns = from.map(() => new Int32Array(rows.length))
  for (let c = 0; c < from.length; c++) {
    const column = columns[c]!
    const at = from[c]!
    for (let r = 0; r < rows.length; r++) {
      const cell = rows[r]![at]!
      if (cell === null || cell.length !== 1) return undefined
      column[r] = cell[0]!
    }
  }
  return columns
}

/** The rows ordered by their first column, then by the next ones: sorted by one column after the other, last one first. */
function sortedRows(columns: readonly Int32Array[], sizes: readonly number[]): Int32Array {
  let order = Int32Array.from(columns[0]!, (_, row) => row)
  let other = new Int32Array(order.length)
  for (let c = columns.length - 1; c >= 0; c--) {
    const column = columns[c]!
    const ends = new Int32Array(sizes[c]! + 1)
    for (const value of column) ends[value + 1]!++
    for (let value = 0; value < sizes[c]!; value++) ends[value + 1]! += ends[value]!
    for (const row of order) other[ends[column[row]!]!++] = row
    ;[order, other] = [other, order]
  }
  return order
}

/** Builds the diagram of at least one row. `levels` of the columns, ascending. */
export function rowsDiagram(
  builder: DiagramBuilder,
  levels: readonly number[],
  columns: readonly Int32Array[],
): number {
  const sizes = levels.map((level) => builder.sizes[level]!)
  const last = levels.length - 1
  const order = sortedRows(columns, sizes)
  // The node of each level that is being filled.
  const open = sizes.map((size) => new Int32Array(size))
  let before = order[0]!
  /** Makes the open nodes from the deepest level up to that of column `to`. */
  const close = (to: number) => {
    for (let c = last; c >= to; c--) {
      const node = builder.make(levels[c]!, open[c]!, 0)
      open[c]!.fill(0)
      if (c === 0) return node
      open[c - 1]![columns[c - 1]![before]!] = node
    }
    return 0
  }
  for (let i = 0; i < order.length; i++) {
    const row = order[i]!
    if ((i & 1023) === 0) builder.spend(Math.min(1024, order.length - i))
    let differs = 0
    while (differs < last && columns[differs]![row] === columns[differs]![before]) differs++
    if (i > 0) close(differs + 1)
    open[last]![columns[last]![row]!] = 1
    before = row
  }
  return close(0)
}
