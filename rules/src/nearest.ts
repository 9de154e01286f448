/** "Did you mean …": the nearest known name to a mistyped one. */
import type { Option } from './model.ts'

/** Edits (insert, delete, replace, swap neighbours) from one word to the other, at most `limit + 1`. */
function distance(from: string, to: string, limit: number): number {
  if (Math.abs(from.length - to.length) > limit) return limit + 1
  let before: number[] = []
  let row = Array.from({ length: to.length + 1 }, (_, j) => j)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1]
      let best = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1])
        best = Math.min(best, before[j - 2]! + 1)
      next.push(best)
    }
    before = row
    row = next
  }
  return row[to.length]!
}

/** The known name that is nearest to `name` and near enough to be what was meant; `undefined` when none is. Pure. */
function nearest(name: string, names: Iterable<string>): string | undefined {
  const wanted = name.slice(0, 80).toLowerCase()
  let best: string | undefined
  let bestDistance = Math.min(Math.max(1, Math.floor(wanted.length / 3)) + 1, wanted.length)
  for (const candidate of names) {
    const known = candidate.slice(0, 80).toLowerCase()
    // A name cut short ("power" for "power_w") is meant more often than its edits suggest.
    const isStart = wanted.length >= 3 && known.startsWith(wanted)
    const edits = isStart ? 1 : distance(wanted, known, bestDistance)
    if (edits < bestDistance) {
      best = candidate
      bestDistance = edits
    }
  }
  return best
}

/** ` (did you mean "x"?)` for the nearest known name, or ` (known: a, b, c)` for a short list, or nothing. */
export function suggestion(name: string, known: Iterable<string>): string {
  const names = [...known]
  const near = nearest(name, names)
  if (near !== undefined) return ` (did you mean "${near}"?)`
  return names.length > 0 && names.length <= 12 ? ` (known: ${names.join(', ')})` : ''
}

/** `"v220_61" is not a value of supply (did you mean "v220_60"?)` */
export function notAValue(option: Option, text: string): string {
  const shown = option.type === 'enum' ? `"${text}"` : text
  if (option.type === 'number') {
    const wanted = Number(text)
    const near = (option.values as readonly number[])
      .toSorted((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted))
      .slice(0, 2)
      .toSorted((a, b) => a - b)
    return `${shown} is not a value of ${option.id} (nearest: ${near.join(', ')})`
  }
  return `${shown} is not a value of ${option.id}${suggestion(text, option.values.map(String))}`
}
