/** JSON as no serialiser writes it, the same for the same seed; and how a seeded choice is made. */

export type Random = () => number

export const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)]!
export const upTo = (random: Random, most: number): number => Math.floor(random() * (most + 1))

const oddTexts = [
  '',
  ' ',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'null',
  '\u0000',
  '\ud800',
  '\u202e\u200f\ufeff',
  '😀'.repeat(30),
  'ß∑é中文العربية',
  '../../etc/passwd',
  "' or 1=1 --",
  '${7*7}{{7*7}}%s%n',
  'a'.repeat(300),
  'x'.repeat(20_000),
  '\r\nset-cookie: a=b',
]
const oddNumbers = [0, -0, -1, 0.1, 1e308, -1e308, 5e-324, 2 ** 31, 2 ** 53 + 2, -(2 ** 63), 1e21]
/** Written as they are: JSON.parse makes Infinity, rounded numbers, nothing at all, and deep towers of them. */
const oddSources = [
  '1e999',
  '-1e999',
  '9'.repeat(400),
  '0.1e-400',
  'NaN',
  'undefined',
  '01',
  '"\\ud800"',
  '"\\u0000"',
  '{"__proto__":{"admin":true}}',
  '{"constructor":{"prototype":{"x":1}}}',
  '{"toString":1,"valueOf":1,"hasOwnProperty":1}',
]

function oddSource(random: Random): string {
  switch (upTo(random, 5)) {
    case 0:
      return JSON.stringify(pick(random, oddTexts))
    case 1:
      return String(pick(random, oddNumbers))
    case 2:
      return pick(random, oddSources)
    case 3: {
      const depth = pick(random, [3, 100, 5_000, 30_000])
      const [open, close] = pick(random, [
        ['[', ']'],
        ['{"a":', '}'],
      ] as const)
      return open.repeat(depth) + '1' + close.repeat(random() < 0.8 ? depth : depth - 1)
    }
    case 4:
      return `[${Array.from({ length: pick(random, [0, 1, 50, 5_000]) }, (_, i) => i).join(',')}]`
    default:
      return pick(random, ['null', 'true', 'false', '{}', '[]', '[[]]', '[null]', '""'])
  }
}

/** Changes the source of a JSON text at one place, so that what no serialiser writes can be said too. */
export function bendJson(random: Random, source: string): string {
  const members = [...source.matchAll(/"([^"\\]*)":/g)]
  const member = members.length > 0 ? pick(random, members) : undefined
  const at = member === undefined ? 0 : member.index + member[0].length
  const end = valueEnd(source, at)
  const odd = oddSource(random)
  switch (upTo(random, 7)) {
    case 0:
    case 1:
      return source.slice(0, at) + odd + source.slice(end)
    case 2:
      // left out
      return member === undefined
        ? '{}'
        : source.slice(0, member.index) + source.slice(end).replace(/^,/, '').replace(/^\}/, '"z":1}')
    case 3:
      // said twice
      return (
        source.slice(0, at) + source.slice(at, end) + `,"${member?.[1] ?? 'a'}":${odd}` + source.slice(end)
      )
    case 4: {
      const key = JSON.stringify(pick(random, oddTexts))
      return source.slice(0, end) + `,${key}:${odd}` + source.slice(end)
    }
    case 5:
      return source.slice(0, upTo(random, source.length))
    case 6:
      return source.replace(/"[^"]*":/, () => `${JSON.stringify(pick(random, oddTexts))}:`)
    default:
      return odd
  }
}

/** Where the JSON value that starts at `at` ends. */
function valueEnd(source: string, at: number): number {
  let depth = 0
  let inText = false
  for (let i = at; i < source.length; i++) {
    const c = source[i]!
    if (inText) {
      if (c === '\\') i++
      else if (c === '"') inText = false
    } else if (c === '"') inText = true
    else if (c === '{' || c === '[') depth++
    else if (c === '}' || c === ']') {
      if (depth === 0) return i
      depth--
    } else if (c === ',' && depth === 0) return i
  }
  return source.length
}
