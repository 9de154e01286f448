/**
 * YAML text -> a tree that remembers where everything stands. Harmless on hostile input: cyclic anchors, alias bombs,
 * broken syntax and absurd nesting come back as problems with positions, never as an exception or a hang.
 */
import { isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml'
import type { Document, Node, Scalar } from 'yaml'
import type { Place, Problem } from './model.ts'

/** A YAML node with aliases resolved. Aliased nodes are shared, so the tree is really an acyclic graph. */
export interface YamlNode {
  readonly kind: 'scalar' | 'list' | 'map'
  /** Plain JSON value of the whole node; maps have no prototype. */
  readonly value: unknown
  /** A scalar exactly as written, without quotes: part numbers such as `0012` or `1e5` survive. Empty for others. */
  readonly text: string
  readonly where: Place
  readonly items: readonly YamlNode[]
  readonly entries: readonly YamlEntry[]
  /** Where character `index` of a scalar's text stands, whatever its quoting style. */
  placeAt(index: number): Place
}

export interface YamlEntry {
  readonly key: string
  readonly keyWhere: Place
  readonly node: YamlNode
}

const maxCharacters = 20_000_000
const maxDepth = 64
/** Nodes after every alias is expanded; a real file has a few thousand. */
const maxExpanded = 1_000_000

/** The entry of a map by key; `undefined` for other nodes. */
export const entry = (node: YamlNode | undefined, key: string): YamlEntry | undefined =>
  node?.entries.find((each) => each.key === key)

/** The value under a key of a map; `undefined` when there is none. */
export const child = (node: YamlNode | undefined, key: string): YamlNode | undefined => entry(node, key)?.node

/** The deepest node on a path (as zod reports them), for positions of problems. */
export function nodeAt(node: YamlNode, path: readonly PropertyKey[]): YamlNode {
  let here = node
  for (const step of path) {
    const next = here.kind === 'list' ? here.items[Number(step)] : child(here, String(step))
    if (!next) return here
    here = next
  }
  return here
}

/** Walks value and source side by side; escapes and folded line breaks shift the two against each other. */
function sourceOffset(source: string, scalar: Scalar, index: number): number {
  const [start = 0, end = source.length] = scalar.range ?? []
  const value = typeof scalar.value === 'string' ? scalar.value : (scalar.source ?? '')
  let at = start
  if (scalar.type === 'BLOCK_LITERAL' || scalar.type === 'BLOCK_FOLDED') at = source.indexOf('\n', start) + 1
  else if (scalar.type === 'QUOTE_DOUBLE' || scalar.type === 'QUOTE_SINGLE') at = start + 1
  const blank = /\s/
  for (let i = 0; i < value.length; i++) {
    if (blank.test(value[i]!)) {
      if (i >= index) return at
      while (at < end && blank.test(source[at]!)) at++
      while (i + 1 < value.length && blank.test(value[i + 1]!)) i++
      continue
    }
    while (at < end && source[at] !== value[i]) at++
    if (at >= end) return start
    if (i >= index) return at
    at += scalar.type === 'QUOTE_SINGLE' && value[i] === "'" ? 2 : 1
  }
  return Math.min(at, end)
}

const hints: Readonly<Record<string, string>> = {
  BAD_ALIAS: ' (write "*" in quotes for "any value")',
  TAG_RESOLVE_FAILED: ' (write "!value" in quotes for "any other value")',
}

/** Reads one YAML 1.2 document. `root` is there whenever the syntax is sound, even beside problems such as duplicate keys. Pure. */
export function readYaml(text: string, file: string): { root: YamlNode | undefined; problems: Problem[] } {
  const problems: Problem[] = []
  // yaml's own LineCounter knows only the lines read so far, which is wrong for what it reports after giving up.
  const lineStarts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1)
  const place = (offset: number): Place => {
    const inside = Math.min(Math.max(offset, 0), text.length)
    let [low, high] = [0, lineStarts.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (lineStarts[middle]! <= inside) low = middle
      else high = middle - 1
    }
    return { file, line: low + 1, column: inside - lineStarts[low]! + 1 }
  }
  const fail = (offset: number, message: string): undefined => {
    problems.push({ ...place(offset), message })
    return undefined
  }

  if (text.length > maxCharacters) {
    fail(0, `the file has ${text.length} characters; at most ${maxCharacters} are read`)
    return { root: undefined, problems }
  }
  let document: Document.Parsed
  try {
    document = parseDocument(text, {
      prettyErrors: false,
      uniqueKeys: false,
      version: '1.2',
    })
  } catch (error) {
    const reason = error instanceof RangeError ? 'it is nested too deeply' : String(error)
    fail(0, `the file is not readable YAML: ${reason}`)
    return { root: undefined, problems }
  }
  let broken = false
  for (const issue of [...document.errors, ...document.warnings]) {
    broken = true
    if (issue.message.includes('call stack')) {
      fail(issue.pos[0], 'broken YAML: it is nested too deeply')
      break
    }
    fail(issue.pos[0], `broken YAML: ${issue.message.split('\n', 1)[0]}${hints[issue.code] ?? ''}`)
  }
  if (broken) return { root: undefined, problems }

  const anchors = new Map<string, Node>()
  const open = new Set<Node>()
  const done = new Map<Node, { node: YamlNode; size: number }>()
  let tooLarge = false

  const convert = (
    node: unknown,
    depth: number,
    near: number,
  ): { node: YamlNode; size: number } | undefined => {
    if (node === null || node === undefined) return { node: scalarNode(undefined, null, '', near), size: 1 }
    const offset = (node as Node).range?.[0] ?? near
    if (depth > maxDepth) return fail(offset, `nested more than ${maxDepth} levels deep`)
    if (isAlias(node)) {
      const target = anchors.get(node.source)
      if (!target) return fail(offset, `unknown alias "*${node.source}"${hints['BAD_ALIAS']}`)
      if (open.has(target)) return fail(offset, `"*${node.source}" contains itself`)
      return done.get(target)
    }
    const known = done.get(node as Node)
    if (known) return known
    if ((node as Partial<Scalar>).anchor) anchors.set((node as Scalar).anchor!, node as Node)
    open.add(node as Node)
    const made = build(node as Node, depth, offset)
    open.delete(node as Node)
    if (!made) return undefined
    if (made.size > maxExpanded) {
      if (!tooLarge) fail(offset, `aliases blow this up to more than ${maxExpanded} nodes`)
      tooLarge = true
      return undefined
    }
    done.set(node as Node, made)
    return made
  }

  const scalarNode = (
    scalar: Scalar | undefined,
    value: unknown,
    source: string,
    offset: number,
  ): YamlNode => ({
    kind: 'scalar',
    value,
    text: source,
    where: place(offset),
    items: [],
    entries: [],
    placeAt: (index) => place(scalar ? sourceOffset(text, scalar, index) : offset),
  })

  const build = (node: Node, depth: number, offset: number): { node: YamlNode; size: number } | undefined => {
    if (isScalar(node)) {
      const value = typeof node.value === 'bigint' ? Number(node.value) : node.value
      const written = typeof node.value === 'string' ? node.value : (node.source ?? '')
      return { node: scalarNode(node, value, written, offset), size: 1 }
    }
    const where = place(offset)
    let size = 1
    if (isSeq(node)) {
      const items: YamlNode[] = []
      for (const item of node.items) {
        const made = convert(item, depth + 1, offset)
        if (!made) continue
        items.push(made.node)
        size += made.size
      }
      return {
        node: {
          kind: 'list',
          value: items.map((item) => item.value),
          text: '',
          where,
          items,
          entries: [],
          placeAt: () => where,
        },
        size,
      }
    }
    if (!isMap(node)) return fail(offset, 'this kind of YAML node is not understood')
    const entries: YamlEntry[] = []
    const value = Object.create(null) as Record<string, unknown>
    for (const pair of node.items) {
      const keyOffset = (pair.key as Node | null)?.range?.[0] ?? offset
      const key = convert(pair.key, depth + 1, keyOffset)
      if (!key) continue
      if (key.node.kind !== 'scalar') {
        fail(keyOffset, 'a key must be a plain word, not a list or map')
        continue
      }
      const made = convert(pair.value, depth + 1, keyOffset)
      if (!made) continue
      const name = typeof key.node.value === 'string' ? key.node.value : key.node.text
      if (Object.hasOwn(value, name)) {
        fail(keyOffset, `"${name}" stands twice here: each key may stand once`)
        continue
      }
      entries.push({ key: name, keyWhere: key.node.where, node: made.node })
      value[name] = made.node.value
      size += made.size + 1
    }
    return { node: { kind: 'map', value, text: '', where, items: [], entries, placeAt: () => where }, size }
  }

  const root = convert(document.contents, 0, 0)
  return { root: root?.node, problems }
}
