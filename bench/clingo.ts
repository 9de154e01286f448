import type { Formula } from '@lot-one/rules'
import { noValues, restrictions, switchable, usersOfClasses } from './solvers.ts'
import type { Chosen, Domains, Rules, Solver } from './solvers.ts'

export interface ClingoModule {
  init(): Promise<(program: string, models: number, options: string[]) => ClingoAnswer>
}
interface ClingoAnswer {
  Result: string
  Error?: string
  Call?: { Witnesses: { Value: string[] }[] }[]
}

/** Answer sets; `brave` reasoning gives the union of all of them, which is exactly the domains. Grounds anew at every call: the package has no other way. */
export async function clingo(module: ClingoModule, rules: Rules): Promise<Solver> {
  const { sizes, formulas } = rules
  const program: string[] = sizes.map((size, option) => `1 { x(${option},0..${size - 1}) } 1.`)
  let atoms = 0
  const cells = new Map<string, string>()
  const cellAtom = (option: number, cell: readonly number[]): string => {
    if (cell.length === 1) return `x(${option},${cell[0]})`
    const key = `${option}:${cell.join()}`
    const known = cells.get(key)
    if (known) return known
    const atom = `c${cells.size}`
    cells.set(key, atom)
    program.push(`${atom} :- x(${option},(${cell.join(';')})).`)
    return atom
  }
  const bounds = (aggregate: string, atLeast: number | undefined, atMost: number | undefined) =>
    [
      atLeast === undefined ? '' : `${aggregate} >= ${atLeast}`,
      atMost === undefined ? '' : `${aggregate} <= ${atMost}`,
    ]
      .filter(Boolean)
      .join(', ') || '#true'
  /** Body literal that holds exactly when the formula does. */
  const literal = (formula: Formula): string => {
    if (formula.op === 'true' || formula.op === 'false') return `#${formula.op}`
    if (formula.op === 'not') {
      const inner = literal(formula.arg)
      return inner.startsWith('not ') ? inner.slice(4) : `not ${inner}`
    }
    const bodies = bodiesOf(formula)
    const atom = `f${atoms++}`
    for (const body of bodies) program.push(`${atom} :- ${body}.`)
    // an atom nobody derives is false; the external declaration only avoids a warning
    if (bodies.length === 0) return '#false'
    return atom
  }
  /** Alternative bodies, one of which holds exactly when the formula does. */
  const bodiesOf = (formula: Formula): string[] => {
    switch (formula.op) {
      case 'and':
        return [formula.args.map(literal).join(', ') || '#true']
      case 'or':
        return formula.args.map(literal)
      case 'table':
        return formula.rows.map(
          (row) =>
            restrictions(formula, row)
              .map(([option, cell]) => (cell.length === 0 ? '#false' : cellAtom(option, cell)))
              .join(', ') || '#true',
        )
      case 'sum': {
        const elements = formula.of.flatMap((option, i) =>
          (formula.weights[i] ?? []).flatMap((weight, value) =>
            weight === 0 ? [] : [`${weight},${i} : x(${option},${value})`],
          ),
        )
        return [bounds(`#sum { ${elements.join('; ')} }`, formula.atLeast, formula.atMost)]
      }
      case 'distinct': {
        const elements = usersOfClasses(formula).flatMap((users, cls) =>
          users.map(([o, v]) => `${cls} : x(${o},${v})`),
        )
        return [bounds(`#count { ${elements.join('; ')} }`, formula.atLeast, formula.atMost)]
      }
      default:
        return [literal(formula)]
    }
  }
  const forbid = (formula: Formula): void => {
    if (formula.op === 'not') return require(formula.arg)
    if (formula.op === 'or') return formula.args.forEach(forbid)
    for (const body of bodiesOf(formula)) program.push(`:- ${body}.`)
  }
  const require = (formula: Formula): void => {
    if (formula.op === 'true') return
    if (formula.op === 'not') return forbid(formula.arg)
    if (formula.op === 'and') return formula.args.forEach(require)
    const holds = literal(formula)
    program.push(`:- ${holds.startsWith('not ') ? holds.slice(4) : `not ${holds}`}.`)
  }
  formulas.forEach(require)
  const text = program.join('\n')
  const info = console.info
  console.info = () => {} // it announces itself on stdout
  const run = await module.init().finally(() => (console.info = info))
  /** Options of the atoms `name(option,value)` that some answer set contains. */
  const brave = (question: string): Domains => {
    const answer = run(`${text}\n${question}`, 0, ['--enum-mode=brave'])
    if (answer.Result === 'ERROR') throw new Error(`clingo-wasm refused the program: ${answer.Error}`)
    const seen = noValues(sizes)
    for (const atom of answer.Call?.[0]?.Witnesses?.at(-1)?.Value ?? []) {
      const [, option, value] = /^[a-z]+\((\d+),(\d+)\)$/.exec(atom) ?? []
      const values = seen[Number(option)]
      if (values) values[Number(value)] = true
    }
    return seen
  }
  const loosely = (chosen: Chosen, givenUp: number) =>
    [...chosen]
      .map(([o, v]) =>
        rules.context.includes(o) ? `:- not x(${o},${v}).` : `:- not x(${o},${v}), not released(${o}).`,
      )
      .join('\n') + `\n{ released(${switchable(chosen, rules).join(';')}) } ${givenUp}.\n`
  return {
    name: 'clingo-wasm',
    possible: (chosen: Chosen) =>
      brave([...chosen].map(([o, v]) => `:- not x(${o},${v}).`).join('\n') + '\n#show x/2.'),
    // one call for all: at most one choice is released, and then only its own option's values count
    takeable: (chosen: Chosen) =>
      brave(
        loosely(chosen, 1) +
          'some :- released(O). can(O,V) :- x(O,V), not some. can(O,V) :- x(O,V), released(O). #show can/2.',
      ),
    reach: (chosen: Chosen, givenUp: number) => brave(`${loosely(chosen, givenUp)}#show x/2.`),
  }
}
