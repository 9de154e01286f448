import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { runTests } from '../src/cli/familyTests.ts'
import { loadProductModel } from '../src/productModel.ts'
import { modelOf, problemsOf } from './ruleFiles.ts'

const text = readFileSync(fileURLToPath(new URL('../../docs/rules-language.md', import.meta.url)), 'utf8')
const blocks = (language: string): string[] =>
  [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)]
    .filter((match) => match[1] === language)
    .map((match) => match[2]!)

const kettle = blocks('yaml').join('')

test('the file spread over docs/rules-language.md is sound and passes its tests', () => {
  const model = modelOf(loadProductModel(kettle, 'kettle.yaml'))
  expect(model.tests.length).toBeGreaterThan(5)
  expect(runTests(model, 'kettle.yaml').failures).toEqual([])
})

test('so is the scene around it', () => {
  const model = modelOf(
    loadProductModel(blocks('yaml scene')[0]!, 'tea.yaml', (file) =>
      file === 'kettle.yaml' ? kettle : undefined,
    ),
  )
  expect(runTests(model, 'tea.yaml').failures).toEqual([])
})

test('the mistakes are reported as the document says', () => {
  const wrong = blocks('yaml wrong')[0]!
  const before = kettle.slice(0, kettle.indexOf('tables:'))
  const shift = before.split('\n').length - 1
  const shown = problemsOf(loadProductModel(before + wrong, 'kettle.yaml')).map((line) =>
    line.replace(/^\d+/, (at) => String(Number(at) - shift)),
  )
  expect(`${shown.join('\n')}\n`).toBe(blocks('text')[0])
})
