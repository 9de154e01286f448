/**
 * DIMACS CNF -> feature model. Names come from comment lines `c NUMBER NAME`, as FeatureIDE, KConfigReader and the SPLOT
 * exporters write them; a variable without one is called `v` and its number.
 */
import type { FeatureModel, ReadModel, Sentence } from './featureModel.ts'
import type { Problem } from './model.ts'

/** More variables than any feature model has; a larger number is a slip. */
const maxVariables = 200_000

/** Reads the text of a DIMACS file. Every variable of its head is a feature, also those no clause names. Pure. */
export function readDimacs(text: string, file: string, name: string): ReadModel {
  const problems: Problem[] = []
  const fail = (line: number, column: number, message: string) =>
    problems.push({ file, line, column, message })
  const names = new Map<number, string>()
  const constraints: FeatureModel['constraints'][number][] = []
  let head: { variables: number; clauses: number; line: number } | undefined
  let open: Sentence[] = []
  let openLine = 0
  for (const [index, whole] of text.split(/\r?\n/).entries()) {
    const line = index + 1
    const trimmed = whole.trim()
    if (trimmed === '') continue
    if (trimmed === '%') break
    if (/^c(\s|$)/.test(trimmed)) {
      const named = /^c\s+(\d{1,9})\$?\s+(\S.*)$/.exec(trimmed)
      if (named && !names.has(Number(named[1]))) names.set(Number(named[1]), named[2]!)
      continue
    }
    if (trimmed.startsWith('p')) {
      const found = /^p\s+cnf\s+(\d{1,9})\s+(\d{1,9})$/.exec(trimmed)
      if (!found)
        fail(line, 1, `"${trimmed.slice(0, 60)}" is no DIMACS head: expected p cnf VARIABLES CLAUSES`)
      else if (head) fail(line, 1, `a second head: the first one stands in line ${head.line}`)
      else if (Number(found[1]) > maxVariables)
        fail(line, 1, `${found[1]} variables are more than the ${maxVariables} that can be read`)
      else head = { variables: Number(found[1]), clauses: Number(found[2]), line }
      if (!head) break
      continue
    }
    if (!head) {
      fail(
        line,
        1,
        `"${trimmed.slice(0, 60)}" stands before the head: expected p cnf VARIABLES CLAUSES first`,
      )
      break
    }
    for (const word of trimmed.matchAll(/[^\s]+/g)) {
      const at = (word.index ?? 0) + 1
      if (!/^-?\d{1,9}$/.test(word[0])) {
        fail(line, at, `"${word[0].slice(0, 40)}" is no literal: expected numbers, each clause ended by 0`)
        continue
      }
      const literal = Number(word[0])
      if (open.length === 0) openLine = line
      if (literal === 0) {
        constraints.push({ kind: 'clause', says: { op: 'or', args: open }, line: openLine })
        open = []
        continue
      }
      const variable = Math.abs(literal)
      if (variable > head.variables)
        fail(
          line,
          at,
          `variable ${variable} is beyond the ${head.variables} of the head in line ${head.line}`,
        )
      const feature: Sentence = { op: 'feature', name: String(variable) }
      open.push(literal > 0 ? feature : { op: 'not', arg: feature })
    }
    if (problems.length >= 20) break
  }
  if (problems.length === 0) {
    if (!head) fail(1, 1, 'there is no head: expected p cnf VARIABLES CLAUSES')
    else {
      if (open.length > 0) fail(openLine, 1, 'the last clause is not ended: expected 0')
      if (constraints.length !== head.clauses)
        fail(
          head.line,
          1,
          `the head promises ${head.clauses} clauses, found ${constraints.length}: is the file cut off?`,
        )
    }
  }
  if (!head || problems.length > 0) return { ok: false, problems }
  if (head.variables === 0)
    return { ok: false, problems: [{ file, line: head.line, column: 1, message: 'there are no variables' }] }
  // Two variables of one name stay two: the number tells them apart.
  const taken = new Set<string>()
  const nameOf = new Map<string, string>()
  for (let variable = 1; variable <= head.variables; variable++) {
    const own = names.get(variable) ?? `v${variable}`
    const unique = taken.has(own) ? `${own} (${variable})` : own
    taken.add(unique)
    nameOf.set(String(variable), unique)
  }
  const renamed = (says: Sentence): Sentence => {
    if (says.op === 'feature') return { op: 'feature', name: nameOf.get(says.name)! }
    if (says.op === 'not') return { op: 'not', arg: renamed(says.arg) }
    return says.op === 'or' ? { op: 'or', args: says.args.map(renamed) } : says
  }
  return {
    ok: true,
    model: {
      name,
      features: [...nameOf.values()].map((each) => ({ name: each })),
      constraints: constraints.map((each) => ({ ...each, says: renamed(each.says as Sentence) })),
      leftOut: [],
    },
  }
}
