/** The `slots` section of a scene: whole families, copies of them, and appliances that may be left out. */
import { slotShape } from './fileShape.ts'
import { not, or, valueIn } from './formula.ts'
import type { Option, ProductModel, Rule, Texts } from './model.ts'
import { onOff } from './options.ts'
import { placed, under, withAbsence } from './placing.ts'
import type { Brought, Slot } from './placing.ts'
import type { Reader } from './reader.ts'
import { child } from './yamlText.ts'
import type { YamlEntry, YamlNode } from './yamlText.ts'

/** Numbers of operations of the second, third … family start at the next multiple of this. */
const operationBlock = 1_000

/** Context is one for the whole scene: a slot's country is the scene's country. */
function shareContext(reader: Reader, option: Option, node: YamlNode): number | undefined {
  const known = reader.find(option.id)
  if (known === 'broken') return undefined
  if (!known) {
    reader.declare(option.id, option)
    return reader.options.length - 1
  }
  const same =
    known.option.role === 'context' &&
    known.option.values.length === option.values.length &&
    option.values.every((value, i) => known.option.values[i] === value)
  return same
    ? known.index
    : reader.fail(
        node.where,
        `the context ${option.id} has other values here than in ${option.where.file}: ${option.values.join(', ')}`,
      )
}

/** One slot as it is read, before its copies are placed. */
interface Wanted {
  readonly use: YamlNode
  readonly model: ProductModel
  readonly optional: boolean
  readonly isThere: boolean
  readonly where: YamlEntry['keyWhere']
}

/** Declares the options of one appliance and says where they went; `undefined` after problems. */
function declareOptions(
  reader: Reader,
  name: string,
  label: Texts,
  { use, model, optional, isThere, where }: Wanted,
): Omit<Slot, 'shift'> | undefined {
  const { options, added, absent, costly } = optional
    ? withAbsence(model.options)
    : { options: model.options, added: model.options.map(() => 0), absent: [], costly: undefined }
  if (costly !== undefined)
    return reader.fail(
      use.where,
      `${name} cannot be optional: "none" or 0 of ${costly} has a price, and what is not there must cost nothing`,
    )
  let presence: number | undefined
  if (optional) {
    if (reader.find(name) !== undefined) return reader.fail(where, `${name} is already the name of an option`)
    presence = reader.options.length
    reader.declare(name, {
      id: name,
      role: 'choice',
      type: 'bool',
      values: [false, true],
      default: isThere ? 1 : 0,
      label,
      valueLabels: onOff,
      priceCents: [0, 0],
      where,
    })
  }
  const to = options.map((option) => {
    if (option.role === 'context') return shareContext(reader, option, use) ?? -1
    const id = `${name}.${option.id}`
    reader.declare(id, { ...option, id, label: under(label, option.label) })
    return reader.options.length - 1
  })
  return to.includes(-1)
    ? undefined
    : { name, label, where, to, added, absent, ...(presence !== undefined && { presence }) }
}

/** Copies are filled from the first: of products that only differ in which copies are left out, one remains. */
const filledFromTheFirst = (slot: string, first: Slot, second: Slot, where: Rule['where']): Rule => ({
  id: `${slot}/filled-from-first-${second.name.slice(slot.length + 1)}`,
  formula: or([not(valueIn(second.presence!, [1])), valueIn(first.presence!, [1])]),
  message: {
    en: `${second.label['en']} comes after ${first.label['en']}: add that one first.`,
    de: `${second.label['de'] ?? second.label['en']} kommt nach ${first.label['de'] ?? first.label['en']}: bitte zuerst diese Position belegen.`,
    zh: `${second.label['zh'] ?? second.label['en']}排在${first.label['zh'] ?? first.label['en']}之后：请先添加后者。`,
    ar: `${second.label['ar'] ?? second.label['en']} بعد ${first.label['ar'] ?? first.label['en']}: أضف ${first.label['ar'] ?? first.label['en']} أولًا.`,
  },
  where,
})

const numbered = (label: Texts, copy: number): Texts =>
  Object.fromEntries(Object.entries(label).map(([language, text]) => [language, `${text} ${copy}`]))

/**
 * Reads `slots`. `load` gives the model of a family file, or `undefined` after reporting why not. The scene's own context is
 * already declared; options of the slots are declared here, before the scene's own.
 */
export function readSlots(
  reader: Reader,
  section: YamlNode,
  currency: string | undefined,
  load: (name: string, node: YamlNode) => ProductModel | undefined,
): Brought {
  const all: Brought[] = []
  const orders: Rule[] = []
  if (section.kind !== 'map' || section.entries.length === 0)
    reader.fail(section.where, 'slots: expected a map such as { fridge: { use: fridge.yaml } }')
  let nextOperation = 0
  for (const { key: slot, keyWhere, node } of section.kind === 'map' ? section.entries : []) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(slot))
      reader.fail(keyWhere, `"${slot}" cannot name a slot: letters, digits and "_" only, no digit first`)
    const head = reader.fits(slotShape, node, `slot ${slot}`)
    if (!head) continue
    const use = child(node, 'use')!
    const model = load(use.text, use)
    const title = reader.texts(child(node, 'label'))
    if (!model) continue
    if (currency !== undefined && model.currency !== currency)
      reader.fail(use.where, `${use.text} is priced in ${model.currency}, the scene in ${currency}`)
    const optional = head.optional ?? false
    if (head.default !== undefined && !optional)
      reader.fail(child(node, 'default')!.where, `${slot} is always there: default needs optional: true`)
    const wanted = { use, model, optional, isThere: head.default ?? true, where: keyWhere }
    let before: Slot | undefined
    for (let copy = 1; copy <= (head.copies ?? 1); copy++) {
      const isCopy = head.copies !== undefined
      const label = title ?? model.title
      const declared = declareOptions(
        reader,
        isCopy ? `${slot}_${copy}` : slot,
        isCopy ? numbered(label, copy) : label,
        wanted,
      )
      if (!declared) break
      const first = model.routing[0]?.op ?? 0
      const shift = nextOperation <= first ? 0 : Math.ceil(nextOperation / operationBlock) * operationBlock
      const place = { ...declared, shift }
      const brought = placed(model, place)
      nextOperation = Math.max(nextOperation, ...brought.routing.map(({ op }) => op + 1))
      if (optional && before) orders.push(filledFromTheFirst(slot, before, place, keyWhere))
      all.push(brought)
      before = place
    }
  }
  return {
    rules: [...all.flatMap(({ rules }) => rules), ...orders],
    prices: all.flatMap(({ prices }) => prices),
    bom: all.flatMap(({ bom }) => bom),
    routing: all.flatMap(({ routing }) => routing),
    steps: all.flatMap(({ steps }) => steps),
    texts: all.flatMap(({ texts }) => texts),
    vatPercent: Object.assign(
      {},
      ...all.map(({ vatPercent }) => vatPercent).toReversed(),
    ) as Brought['vatPercent'],
  }
}
