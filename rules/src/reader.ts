/**
 * What every section of a rule file needs while it is read: shapes checked with positions, texts, dates, options and
 * formulas looked up, problems collected. One reader per file.
 */
import type * as z from 'zod'
import { parseExpression } from './expression.ts'
import type { Kind, Scope, Typed } from './expressionTypes.ts'
import { effectiveShape, textsShape } from './fileShape.ts'
import { always, toFormula } from './formula.ts'
import type { Effective, Formula, Option, Place, Problem, Texts, Value } from './model.ts'
import { notAValue, suggestion } from './nearest.ts'
import { valueIndex } from './tables.ts'
import { child, entry, nodeAt } from './yamlText.ts'
import type { YamlNode } from './yamlText.ts'

export interface Reader extends Scope {
  readonly file: string
  readonly problems: Problem[]
  readonly warnings: Problem[]
  /** Languages the file promises: those of its title. */
  languages: readonly string[]
  readonly options: Option[]
  /** Declares an option so that expressions find it; `undefined`: it was broken, and is not reported again. */
  declare(id: string, option: Option | undefined): void
  fail(where: Place, message: string): undefined
  warn(where: Place, message: string): void
  /** Reports under a rule's id whatever goes wrong inside. */
  inRule<T>(ruleId: string, work: () => T): T
  /** Checks a node against a shape; `undefined` after reporting every way in which it does not fit. */
  fits<T>(shape: z.ZodType<T>, node: YamlNode, what: string): T | undefined
  texts(node: YamlNode | undefined): Texts | undefined
  /** A shopper's sentence: texts whose `{option}` placeholders exist. */
  message(node: YamlNode | undefined): Texts | undefined
  /** Warns about promised languages in which a text is missing. */
  wantTexts(texts: Texts | undefined, where: Place, what: string): void
  effective(node: YamlNode | undefined): Effective | undefined
  /** An option by id; reports an unknown one with the nearest known name. */
  option(id: string, where: Place): { readonly index: number; readonly option: Option } | undefined
  /** The value of an option as written in the file; reports what is none. */
  value(option: Option, node: YamlNode): Value | undefined
  expression(node: YamlNode, expected?: Kind['is']): Typed | undefined
  /** A condition; always true when absent. `undefined` after problems. */
  formula(node: YamlNode | undefined): Formula | undefined
}

const describe = (value: unknown): string => {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  if (typeof value === 'string') return `the text "${value.length > 40 ? `${value.slice(0, 37)}…` : value}"`
  return typeof value === 'number' ? `the number ${value}` : value === true ? 'true' : 'false'
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
}

/** Keys the shape allows at a path, for suggestions. */
function keysAt(shape: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const definition = (shape as z.ZodType).def as unknown as {
    type: string
    innerType?: z.ZodType
    element?: z.ZodType
    valueType?: z.ZodType
    options?: z.ZodType[]
    shape?: Record<string, z.ZodType>
  }
  if (definition.innerType) return keysAt(definition.innerType, path)
  if (definition.options) return definition.options.flatMap((option) => keysAt(option, path))
  const [step, ...rest] = path
  if (step === undefined) return Object.keys(definition.shape ?? {})
  const inner = definition.element ?? definition.valueType ?? definition.shape?.[String(step)]
  return inner ? keysAt(inner, rest) : []
}

type Issue = z.core.$ZodIssue

/** A union's issues, as those of the only branch that takes this kind of value at all. */
function unfold(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union') return [issue]
  const branches = issue.errors.filter(
    (errors) =>
      !errors.some(
        (error) =>
          error.path.length === 0 && (error.code === 'invalid_type' || error.code === 'invalid_value'),
      ),
  )
  const best = branches.toSorted((a, b) => a.length - b.length)[0]
  if (!best) {
    const expected = issue.errors
      .flat()
      .map((error) =>
        error.code === 'invalid_type' ? (kinds[error.expected] ?? error.expected) : 'one of a few words',
      )
    return [
      {
        code: 'custom',
        path: issue.path,
        input: issue.input,
        message: `expected ${[...new Set(expected)].join(' or ')}`,
      },
    ]
  }
  return best.flatMap((error) => unfold({ ...error, path: [...issue.path, ...error.path] }))
}

function sentence(issue: Issue, value: unknown, what: string): string {
  const where =
    issue.path.length > 0
      ? issue.path.map((step) => (typeof step === 'number' ? `#${step + 1}` : String(step))).join('.')
      : what
  switch (issue.code) {
    case 'invalid_type':
      if (value === undefined) return `${where} is missing`
      return `${where}: expected ${kinds[issue.expected] ?? issue.expected}, found ${describe(value)}`
    case 'invalid_value':
      return value === undefined
        ? `${where} is missing`
        : `${where}: expected ${issue.values.map(String).join(' or ')}, found ${describe(value)}`
    case 'invalid_format':
      return `${where}: ${describe(value)} is not allowed here: ${issue.message}`
    case 'too_small':
      return `${where}: ${describe(value)} is too small (at least ${issue.minimum}${issue.origin === 'array' ? ' entries' : issue.origin === 'string' ? ' characters' : ''})`
    case 'too_big':
      return `${where}: ${describe(value)} is too large (at most ${issue.maximum}${issue.origin === 'array' ? ' entries' : issue.origin === 'string' ? ' characters' : ''})`
    case 'custom':
      return value === undefined
        ? `${where} is missing`
        : `${where}: ${issue.message}, found ${describe(value)}`
    default:
      return `${where}: ${issue.message}`
  }
}

const isDay = (day: string): boolean => {
  const time = Date.parse(`${day}T00:00:00Z`)
  return Number.isFinite(time) && new Date(time).toISOString().startsWith(day)
}

/** `two_door` -> `two door`: what a shopper reads while nobody has written a text. */
export const readable = (id: string): string =>
  id
    .replace(/^.*[./]/, '')
    .replaceAll(/[_-]+/g, ' ')
    .trim()

/** Makes the reader of one file. */
export function createReader(file: string): Reader {
  const problems: Problem[] = []
  const warnings: Problem[] = []
  const options: Option[] = []
  const indexes = new Map<string, number | 'broken'>()

  const reader: Reader = {
    file,
    problems,
    warnings,
    languages: ['en'],
    options,
    get names() {
      return options.map((option) => option.id)
    },

    declare(id, option) {
      indexes.set(id, option ? options.length : 'broken')
      if (option) options.push(option)
    },

    find(id) {
      const index = indexes.get(id)
      if (index === undefined || index === 'broken') return index
      return { index, option: options[index]! }
    },

    fail(where, message) {
      const { file: inFile, line, column } = where
      problems.push({ file: inFile, line, column, message })
      return undefined
    },

    warn(where, message) {
      const { file: inFile, line, column } = where
      warnings.push({ file: inFile, line, column, message })
    },

    inRule(ruleId, work) {
      const [errorsBefore, warningsBefore] = [problems.length, warnings.length]
      const result = work()
      for (const [list, from] of [
        [problems, errorsBefore],
        [warnings, warningsBefore],
      ] as const)
        for (let i = from; i < list.length; i++) list[i] = { ruleId, ...list[i]! }
      return result
    },

    fits(shape, node, what) {
      const checked = shape.safeParse(node.value)
      if (checked.success) return checked.data
      for (const issue of checked.error.issues.flatMap(unfold)) {
        const at = nodeAt(node, issue.path)
        if (issue.code === 'unrecognized_keys') {
          const known = keysAt(shape, issue.path)
          for (const key of issue.keys) {
            const place = entry(at, key)?.keyWhere ?? at.where
            reader.fail(place, `unknown key "${key}" in ${what}${suggestion(key, known)}`)
          }
        } else if (issue.code === 'invalid_key') {
          const key = String(issue.path.at(-1))
          const parent = nodeAt(node, issue.path.slice(0, -1))
          const why = issue.issues[0]?.message ?? 'not allowed'
          reader.fail(
            entry(parent, key)?.keyWhere ?? at.where,
            `"${key}" is not allowed as a name in ${what}: ${why}`,
          )
        } else {
          let value: unknown = node.value
          for (const step of issue.path)
            value = (value as Record<PropertyKey, unknown> | null | undefined)?.[step]
          reader.fail(at.where, sentence(issue, value, what))
        }
      }
      return undefined
    },

    texts(node) {
      if (!node || reader.fits(textsShape, node, 'text') === undefined) return undefined
      if (node.kind === 'scalar') return { en: node.text.trim() }
      const texts = Object.fromEntries(node.entries.map((each) => [each.key, String(each.node.value).trim()]))
      if (texts['en'] === undefined)
        return reader.fail(node.where, 'the English text (en) is missing: other languages fall back to it')
      return texts
    },

    message(node) {
      const texts = reader.texts(node)
      if (!node || !texts) return undefined
      for (const scalar of node.kind === 'scalar' ? [node] : node.entries.map((each) => each.node))
        for (const match of scalar.text.matchAll(/\{([^{}]*)\}/g))
          reader.option(match[1]!.trim(), scalar.placeAt(match.index + 1))
      return texts
    },

    wantTexts(texts, where, what) {
      if (!texts) return reader.warn(where, `${what} has no text for shoppers`)
      const missing = reader.languages.filter((language) => texts[language] === undefined)
      if (missing.length > 0) reader.warn(where, `${what} has no text in ${missing.join(', ')}`)
    },

    effective(node) {
      if (!node) return undefined
      const dates = reader.fits(effectiveShape, node, 'effective')
      if (!dates) return undefined
      for (const [key, day] of Object.entries(dates))
        if (day !== undefined && !isDay(day))
          return reader.fail(child(node, key)?.where ?? node.where, `${day} is not a day of the calendar`)
      const { from, until } = dates
      if (from !== undefined && until !== undefined && from > until)
        return reader.fail(node.where, `never in effect: from ${from} is after until ${until}`)
      return { ...(from !== undefined && { from }), ...(until !== undefined && { until }) }
    },

    option(id, where) {
      const found = reader.find(id)
      if (found === 'broken') return undefined
      return found ?? reader.fail(where, `unknown option ${id || '""'}${suggestion(id, reader.names)}`)
    },

    value(option, node) {
      const index = node.kind === 'scalar' ? valueIndex(option, node.text) : -1
      return index >= 0
        ? option.values[index]
        : reader.fail(
            node.where,
            notAValue(option, node.kind === 'scalar' ? node.text : describe(node.value)),
          )
    },

    expression: (node, expected) => parseExpression(node, reader, problems, expected),

    formula(node) {
      if (!node) return always
      const typed = parseExpression(node, reader, problems, 'bool')
      if (!typed) return undefined
      const formula = toFormula(typed.expr, options)
      if (!('tooMany' in formula)) return formula
      return reader.fail(
        node.where,
        `one comparison here depends on ${formula.tooMany < 1e15 ? formula.tooMany : 'far too many'} combinations: split it with && and ||, or write it as a sum`,
      )
    },
  }
  return reader
}
