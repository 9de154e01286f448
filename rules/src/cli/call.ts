/** How the tool is called and how it answers: arguments in, sentences or JSON out, exit codes 0 / 1 / 2. */
import { statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { compile } from '../compile.ts'
import type { Compiled } from '../compile.ts'
import { loadFile } from '../files.ts'
import type { Option, Problem, ProductModel, Value } from '../model.ts'
import { knownOrder } from '../lock.ts'
import { notAValue, suggestion } from '../nearest.ts'
import { createLazyMachine } from '../lazyMachine.ts'
import { openProduct } from '../openProduct.ts'
import { packageOf } from '../package.ts'
import type { Product, Question } from '../product.ts'
import type { Loaded } from '../productModel.ts'
import { valueIndex } from '../tables.ts'

/** What a command answers. `code` 0: fine, 1: the rules or the choices are wrong. */
export interface Answer {
  readonly code: 0 | 1
  /** The JSON of `--json`. */
  readonly json: unknown
  /** For people: the sentence first. */
  readonly text: string
  /** Remarks beside an answer that another program reads; they go to stderr. */
  readonly notes?: readonly string[]
  /** Orders of variables to keep beside the rule file, for quick compiles from now on. */
  readonly lock?: { readonly file: string; readonly text: string }
}

/** Told while a command is at work; each text replaces the one before. */
export type Progress = (text: string) => void

/** The call itself is wrong (exit code 2); the message names the thing, the value and the next step. */
export class WrongCall extends Error {}

export interface Call {
  readonly command: string
  readonly files: readonly string[]
  readonly json: boolean
  readonly choose: readonly string[]
  readonly at?: string
  /** Options a graph is projected on, rules that are blamed. */
  readonly on: readonly string[]
  readonly format?: string
  readonly mutate: boolean
  /** Locks are neither read nor written. */
  readonly noLock: boolean
  /** File of saved designs and open orders. */
  readonly orders?: string
}

/** Reads the command line. @throws WrongCall */
export function readCall(args: readonly string[], commands: readonly string[]): Call | 'help' {
  let parsed
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'boolean' },
        choose: { type: 'string', multiple: true },
        at: { type: 'string' },
        on: { type: 'string', multiple: true },
        format: { type: 'string' },
        mutate: { type: 'boolean' },
        'no-lock': { type: 'boolean' },
        orders: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new WrongCall((error as Error).message.split('. ')[0])
  }
  const { values, positionals } = parsed
  const [command, ...files] = positionals
  if (values.help || (command === undefined && args.length === 0)) return 'help'
  if (command === undefined) throw new WrongCall(`no command given (known: ${commands.join(', ')})`)
  if (!commands.includes(command))
    throw new WrongCall(`there is no command ${command}${suggestion(command, commands)}`)
  const { at, format, orders } = values
  if (at !== undefined && !(/^\d{4}-\d{2}-\d{2}$/.test(at) && Number.isFinite(Date.parse(`${at}T00:00:00Z`))))
    throw new WrongCall(`--at ${at} is not a day: write it as 2026-10-15`)
  for (const [flag, given, owners] of [
    ['on', values.on, ['graph', 'blame']],
    ['format', format, ['graph']],
    ['mutate', values.mutate, ['test']],
    ['no-lock', values['no-lock'], ['check']],
    ['orders', orders, ['diff']],
    ['choose', values.choose, ['count', 'domains', 'explain', 'graph']],
  ] as const)
    if (given !== undefined && !(owners as readonly string[]).includes(command))
      throw new WrongCall(`--${flag} belongs to ${owners.join(', ')}, not to ${command}`)
  return {
    command,
    files,
    json: values.json ?? false,
    choose: values.choose ?? [],
    ...(at && { at }),
    on: (values.on ?? []).flatMap((each) => each.split(',')).filter((each) => each !== ''),
    ...(format !== undefined && { format }),
    mutate: values.mutate ?? false,
    noLock: values['no-lock'] ?? false,
    ...(orders !== undefined && { orders }),
  }
}

/** The only file of a call. @throws WrongCall */
export function onlyFile({ command, files }: Call): string {
  if (files.length !== 1)
    throw new WrongCall(`${command} takes one rule file, found ${files.length}: rules ${command} FILE`)
  return files[0]!
}

/** What is there instead of a file that can be read. */
export const unreadable = (file: string): string =>
  statSync(file, { throwIfNoEntry: false })?.isDirectory()
    ? `${file} is a folder: name one file in it`
    : `${file} cannot be read: is the path right?`

/** @throws WrongCall when the file cannot be read or is none of rules. */
export function load(file: string): Loaded {
  if (/\.(uvl|dimacs|cnf)$/i.test(file))
    throw new WrongCall(
      `${file} is a feature model: rules import ${file} > model.yaml makes a rule file of it, which can be asked`,
    )
  const loaded = loadFile(file)
  if (!loaded) throw new WrongCall(unreadable(file))
  return loaded
}

export const describeProblem = ({ file, line, column, message }: Problem): string =>
  `${file}:${line}:${column} ${message}`

/** The rules themselves are wrong (exit code 1) where a command needs them sound. */
export class WrongRules extends Error {
  readonly problems: readonly Problem[]
  constructor(problems: readonly Problem[]) {
    super(problems.map(describeProblem).join('\n'))
    this.problems = problems
  }
}

const now = () => performance.now()

/** Compiles a model for an order date, over the order its lock knows. @throws WrongRules */
export function compileOrFail(model: ProductModel, file: string, at: string | undefined): Compiled {
  const { order, near } = knownOrder(model, file, at)
  const compiled = compile(model, {
    now,
    ...(at !== undefined && { at }),
    ...(order && { order }),
    ...(near && { near }),
  })
  if (!compiled.ok) throw new WrongRules(compiled.problems)
  return compiled
}

/** A product ready to be asked. @throws WrongRules, WrongCall */
export function open(file: string, at: string | undefined): { model: ProductModel; product: Product } {
  const { model, problems } = load(file)
  if (!model) throw new WrongRules(problems)
  return { model, product: openProduct(packageOf(model, compileOrFail(model, file, at)), createLazyMachine) }
}

/** `--choose option=value …` as a question. @throws WrongCall on an unknown option or value. */
export function question(model: ProductModel, choose: readonly string[]): Question {
  const context: Record<string, Value> = {}
  const selection: Record<string, Value> = {}
  const find = (id: string): Option | undefined => model.options.find((option) => option.id === id)
  for (const each of choose) {
    const at = each.indexOf('=')
    if (at < 1) throw new WrongCall(`--choose ${each}: write it as --choose option=value`)
    const id = each.slice(0, at)
    const text = each.slice(at + 1)
    const option = find(id)
    if (!option)
      throw new WrongCall(
        `--choose ${each}: ${model.id} has no option ${id}${suggestion(
          id,
          model.options.map((known) => known.id),
        )}`,
      )
    const index = valueIndex(option, text)
    if (index < 0) throw new WrongCall(`--choose ${each}: ${notAValue(option, text)}`)
    const chosen = option.role === 'context' ? context : selection
    if (chosen[id] !== undefined && chosen[id] !== option.values[index])
      throw new WrongCall(`--choose ${each}: ${id} is chosen twice`)
    chosen[id] = option.values[index]!
  }
  return { context, selection }
}

/** Values each option can still take with every choice kept; none at all when the choices clash. */
export function domains(model: ProductModel, product: Product, asked: Question): Record<string, Value[]> {
  const chosen = { ...asked.selection, ...asked.context }
  const statuses = product.statuses(asked)
  return Object.fromEntries(
    model.options.map(({ id, values }) => [
      id,
      values.filter(
        (value) =>
          (chosen[id] === undefined || chosen[id] === value) && statuses.of(id, value)!.changes === 0,
      ),
    ]),
  )
}
