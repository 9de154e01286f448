/**
 * Rule file -> checked product model. Every problem of the file, its tables and its slots is found in one go, each with
 * file, line and column; nothing an engineer can write makes this throw or hang. The language: docs/rules-language.md.
 */
import { readRules } from './constraints.ts'
import type { ReadBeside } from './constraints.ts'
import {
  familyShape,
  headShape,
  pictureOptionShape,
  sceneShape,
  stepShape,
  testShape,
  textOptionShape,
} from './fileShape.ts'
import { formulaTable } from './formula.ts'
import { checkOperation, freeze, readBom, readRouting } from './making.ts'
import type { ProductModel, Problem, RuleTest, Step, TextOption, Value } from './model.ts'
import { suggestion } from './nearest.ts'
import { readOptions } from './options.ts'
import { pictureLength, picturePattern } from './pictureText.ts'
import { readPrices } from './prices.ts'
import { createReader, readable } from './reader.ts'
import type { Reader } from './reader.ts'
import { readSlots } from './scene.ts'
import { child, readYaml } from './yamlText.ts'
import type { YamlNode } from './yamlText.ts'

/** What loading a rule file gives. `model` is there only when `problems` is empty. */
export interface Loaded {
  readonly model?: ProductModel
  readonly problems: readonly Problem[]
  /** What is allowed but should be looked at: missing texts, choices nothing uses. */
  readonly warnings: readonly Problem[]
  /** Every file that was read, in order: the rule file, its tables, its slots. */
  readonly sources: readonly { readonly file: string; readonly text: string }[]
}

/** `tables/mains.csv` named in `products/fridge.yaml` -> `products/tables/mains.csv`. */
function beside(name: string, from: string): string {
  if (name.startsWith('/') || /^[A-Za-z]:/.test(name)) return name
  const path = from.split(/[\\/]/).slice(0, -1)
  for (const part of name.split(/[\\/]/)) {
    if (part === '..' && path.length > 0 && path.at(-1) !== '..' && path.at(-1) !== '') path.pop()
    else if (part !== '.') path.push(part)
  }
  return path.join('/')
}

function readSteps(reader: Reader, section: YamlNode | undefined): Step[] {
  if (section && section.kind !== 'list') reader.fail(section.where, 'steps: expected a list of steps')
  const steps: Step[] = []
  const asked = new Map<number, string>()
  for (const node of section?.items ?? []) {
    const head = reader.fits(stepShape, node, 'step')
    if (!head) continue
    if (steps.some((step) => step.id === head.id)) reader.fail(node.where, `two steps are called ${head.id}`)
    const label = reader.texts(child(node, 'label'))
    reader.wantTexts(label, node.where, `step ${head.id}`)
    const options: number[] = []
    for (const item of child(node, 'options')!.items) {
      const found = reader.option(item.text, item.where)
      if (!found) continue
      if (found.option.role !== 'choice')
        reader.fail(
          item.where,
          `${item.text} is ${found.option.role}: it is never asked, so no step can hold it`,
        )
      else if (asked.has(found.index))
        reader.fail(item.where, `${item.text} is already asked in step ${asked.get(found.index)}`)
      else {
        asked.set(found.index, head.id)
        options.push(found.index)
      }
    }
    steps.push({ id: head.id, label: label ?? { en: readable(head.id) }, options })
  }
  if (section)
    for (const [index, option] of reader.options.entries())
      if (option.role === 'choice' && !asked.has(index) && !option.id.includes('.'))
        reader.warn(option.where, `no step asks for ${option.id}`)
  return steps
}

/** What is wrong with a regular expression, in the engine's own words. */
const patternProblem = (source: string): string | undefined => {
  try {
    void new RegExp(`^(?:${source})$`, 'u')
    return undefined
  } catch (error) {
    return (error as Error).message.split(': ').at(-1)
  }
}

/** Patterns are run on shoppers' input: repeated groups, which can take exponential time, are refused. */
function checkPattern(reader: Reader, node: YamlNode | undefined): string {
  if (!node) return '[^\\p{C}]*'
  if (/\)[*+{?]/.test(node.text))
    reader.fail(
      node.where,
      'a repeated group can take for ever on some texts: use a character class such as [A-Z ]*',
    )
  const problem = patternProblem(node.text)
  if (problem) reader.fail(node.where, `${node.text} is not a regular expression (${problem})`)
  return node.text
}

function readTexts(
  reader: Reader,
  section: YamlNode | undefined,
  operations: readonly { readonly op: number }[],
): TextOption[] {
  if (section && section.kind !== 'map') reader.fail(section.where, 'texts: expected a map of text options')
  const texts: TextOption[] = []
  for (const { key: id, keyWhere, node } of section?.entries ?? []) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(id))
      reader.fail(keyWhere, `"${id}" cannot name a text: letters, digits and "_" only, no digit first`)
    if (reader.find(id) !== undefined) reader.fail(keyWhere, `${id} is already the name of an option`)
    const isPicture = child(node, 'kind') !== undefined
    const words = isPicture ? undefined : reader.fits(textOptionShape, node, `text ${id}`)
    const head = isPicture ? reader.fits(pictureOptionShape, node, `picture ${id}`) : words
    const label = reader.texts(child(node, 'label'))
    const when = reader.formula(child(node, 'when'))
    if (!head) continue
    reader.wantTexts(label, keyWhere, `text ${id}`)
    checkOperation(reader, child(node, 'op'), operations)
    if (when && !formulaTable(when, reader.options))
      reader.fail(node.where, `the condition of ${id} depends on too many combinations`)
    const form = words
      ? { maxLength: words.maxLength, pattern: checkPattern(reader, child(node, 'pattern')) }
      : { kind: 'picture' as const, maxLength: pictureLength, pattern: picturePattern }
    if (when)
      texts.push({
        id,
        label: label ?? { en: readable(id) },
        ...form,
        when,
        priceCents: head.price ?? 0,
        ...(head.op !== undefined && { op: head.op }),
        where: keyWhere,
      })
  }
  return texts
}

function readTests(reader: Reader, section: YamlNode | undefined, ruleIds: ReadonlySet<string>): RuleTest[] {
  if (section && section.kind !== 'list') reader.fail(section.where, 'tests: expected a list of tests')
  const tests: RuleTest[] = []
  for (const node of section?.items ?? []) {
    const head = reader.fits(testShape, node, 'test')
    if (!head) continue
    const given: Record<string, Value> = {}
    for (const { key, keyWhere, node: each } of child(node, 'given')?.entries ?? []) {
      const found = reader.option(key, keyWhere)
      const value = found && reader.value(found.option, each)
      if (value !== undefined) given[key] = value
    }
    const expect = child(node, 'expect')!
    const domain: Record<string, Value[]> = {}
    for (const { key, keyWhere, node: each } of child(expect, 'domain')?.entries ?? []) {
      const found = reader.option(key, keyWhere)
      if (found)
        domain[key] = each.items
          .map((item) => reader.value(found.option, item))
          .filter((value) => value !== undefined)
    }
    for (const item of child(expect, 'because')?.items ?? [])
      if (!ruleIds.has(item.text))
        reader.fail(item.where, `there is no rule ${item.text}${suggestion(item.text, ruleIds)}`)
    const count = child(expect, 'count')
    if (count && !/^\d{1,400}$/.test(count.text))
      reader.fail(count.where, `${count.text} is not a number of products`)
    if (head.at !== undefined)
      reader.effective({
        ...node,
        kind: 'map',
        value: { from: head.at },
        entries: [{ key: 'from', keyWhere: node.where, node: child(node, 'at')! }],
      })
    const { buildable, because, minPrice } = head.expect
    tests.push({
      name: head.name,
      ...(head.at !== undefined && { at: head.at }),
      given,
      expect: {
        ...(buildable !== undefined && { buildable }),
        ...(because && { because }),
        ...(minPrice !== undefined && { minPrice }),
        ...(child(expect, 'domain') && { domain }),
        ...(count && { count: count.text }),
      },
      where: node.where,
    })
  }
  return tests
}

function readVat(reader: Reader, section: YamlNode | undefined): Record<string, number> {
  const percent: Record<string, number> = {}
  if (!section) return percent
  if (section.kind !== 'map')
    return reader.fail(section.where, 'vat: expected a map such as { DE: 19 }') ?? percent
  const country = reader.find('country')
  for (const { key, keyWhere, node } of section.entries) {
    if (typeof node.value !== 'number' || !(node.value >= 0 && node.value <= 100))
      reader.fail(
        node.where,
        `vat of ${key}: expected a percentage from 0 to 100, found ${node.text || 'no number'}`,
      )
    else if (!country) reader.fail(keyWhere, 'vat goes by country, but there is no context option country')
    else if (country !== 'broken' && !country.option.values.includes(key))
      reader.value(country.option, { ...node, text: key, where: keyWhere })
    else percent[key] = node.value
  }
  return percent
}

interface Files {
  readonly read: (file: string) => string | undefined
  readonly sources: { file: string; text: string }[]
  /** Rule files being read, outermost first: a scene must not contain itself. */
  readonly open: readonly string[]
  /** Families already loaded: two slots of one family read it once. */
  readonly loaded: Map<string, Loaded>
}

function load(text: string, file: string, files: Files): Loaded {
  files.sources.push({ file, text })
  const yaml = readYaml(text, file)
  const reader = createReader(file)
  reader.problems.push(...yaml.problems)
  const root = yaml.root
  const end = (): Loaded => ({ problems: reader.problems, warnings: reader.warnings, sources: files.sources })
  if (!root) return end()
  if (root.kind !== 'map') {
    reader.fail(root.where, 'expected a rule file: rules: 1, family: …, title: …, options: …')
    return end()
  }

  const isScene = child(root, 'scene') !== undefined || child(root, 'slots') !== undefined
  const shape = isScene ? sceneShape : familyShape
  for (const { key, keyWhere } of root.entries)
    if (!Object.hasOwn(shape.shape, key))
      reader.fail(
        keyWhere,
        `unknown key "${key}" in ${isScene ? 'a scene' : 'a family'}${suggestion(key, Object.keys(shape.shape))}`,
      )
  const head = reader.fits(headShape, root, 'the file')
  const idKey = isScene ? 'scene' : 'family'
  const id = reader.fits(
    isScene ? sceneShape.shape.scene : familyShape.shape.family,
    child(root, idKey) ?? { ...root, value: undefined },
    idKey,
  )
  const title = reader.texts(child(root, 'title'))
  if (title) reader.languages = Object.keys(title)
  const effective = reader.effective(child(root, 'effective'))

  const readBeside: ReadBeside = (name, from) => {
    const path = beside(name, from)
    const content = files.read(path)
    if (content === undefined) return undefined
    files.sources.push({ file: path, text: content })
    return { file: path, text: content }
  }
  const loadSlot = (name: string, node: YamlNode): ProductModel | undefined => {
    const path = beside(name, file)
    if (path === file || files.open.includes(path)) return reader.fail(node.where, `${name} contains itself`)
    let slot = files.loaded.get(path)
    if (!slot) {
      const content = files.read(path)
      if (content === undefined)
        return reader.fail(node.where, `the file ${name} is not there (looked beside ${file})`)
      slot = load(content, path, { ...files, open: [...files.open, file] })
      files.loaded.set(path, slot)
      reader.problems.push(...slot.problems)
      reader.warnings.push(...slot.warnings)
    }
    return slot.model
  }

  readOptions(reader, child(root, 'context'), 'context')
  const slots = child(root, 'slots')
  const brought = slots && readSlots(reader, slots, head?.currency, loadSlot)
  if (isScene && !slots) reader.fail(root.where, 'a scene needs slots: { fridge: { use: fridge.yaml } }')
  if (!isScene && !child(root, 'options'))
    reader.fail(root.where, 'options is missing: a family needs at least one option')
  readOptions(reader, child(root, 'options'), 'choice')

  const { rules, ids } = readRules(reader, child(root, 'tables'), child(root, 'constraints'), readBeside)
  for (const rule of brought?.rules ?? []) ids.add(rule.id)
  const prices = readPrices(reader, child(root, 'prices'))
  const operations = readRouting(reader, child(root, 'routing'))
  const texts = readTexts(reader, child(root, 'texts'), operations)
  const bom = readBom(reader, child(root, 'bom'), operations)
  const steps = readSteps(reader, child(root, 'steps'))
  const tests = readTests(reader, child(root, 'tests'), ids)
  const vatPercent = { ...brought?.vatPercent, ...readVat(reader, child(root, 'vat')) }
  const routing = [...(brought?.routing ?? []), ...freeze(reader, operations, bom, texts)]

  if (reader.problems.length > 0 || !head || id === undefined || !title) return end()
  const model: ProductModel = {
    id,
    title,
    version: child(root, 'version')!.text,
    currency: head.currency,
    effective: effective ?? {},
    vatPercent,
    options: reader.options,
    rules: [...(brought?.rules ?? []), ...rules],
    prices: [...(brought?.prices ?? []), ...prices],
    bom: [...(brought?.bom ?? []), ...bom],
    routing,
    steps: [...steps, ...(brought?.steps ?? [])],
    texts: [...(brought?.texts ?? []), ...texts],
    tests,
  }
  return { model, ...end() }
}

const byPlace = (a: Problem, b: Problem): number =>
  a.file === b.file ? a.line - b.line || a.column - b.column : 0

/** Problems of one file by position, files in order of reading, the same one only once. */
function tidy(problems: readonly Problem[], order: readonly string[]): Problem[] {
  const seen = new Set<string>()
  return problems
    .toSorted((a, b) => order.indexOf(a.file) - order.indexOf(b.file) || byPlace(a, b))
    .filter((problem) => {
      const key = `${problem.file}:${problem.line}:${problem.column} ${problem.message}`
      return !seen.has(key) && Boolean(seen.add(key))
    })
}

/**
 * Loads a family or a scene from its YAML text. `file` is how positions name it; `read` gives the text of the files named
 * in it (tables, slots) by path, `undefined` when there is none. Pure apart from `read`; never throws on any input.
 */
export function loadProductModel(
  text: string,
  file: string,
  read: (file: string) => string | undefined = () => undefined,
): Loaded {
  const loaded = load(text, file, { read, sources: [], open: [], loaded: new Map() })
  const order = loaded.sources.map((source) => source.file)
  return { ...loaded, problems: tidy(loaded.problems, order), warnings: tidy(loaded.warnings, order) }
}
