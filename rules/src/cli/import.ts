/** `rules import`: a feature model of another tool as a rule file on stdout. */
import { readFileSync, statSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { readDimacs } from '../dimacs.ts'
import { writeRuleFile } from '../featureModel.ts'
import { readUvl } from '../uvl.ts'
import { onlyFile, unreadable, WrongCall, WrongRules } from './call.ts'
import type { Answer, Call } from './call.ts'

const readers = { '.dimacs': readDimacs, '.cnf': readDimacs, '.uvl': readUvl } as const
const maxBytes = 100_000_000

/** Runs the command. What could not be brought along is told beside it, and in comments of the file. */
export function importModel(call: Call): Answer {
  const file = onlyFile(call)
  const ending = extname(file).toLowerCase()
  const read = readers[ending as keyof typeof readers]
  if (!read)
    throw new WrongCall(
      `${file}: import reads ${Object.keys(readers).join(', ')} files, found ${ending || 'no ending'}`,
    )
  let text: string
  try {
    if (statSync(file).size > maxBytes)
      throw new WrongCall(`${file} has more than ${maxBytes} bytes: that is no feature model`)
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof WrongCall) throw error
    throw new WrongCall(unreadable(file))
  }
  const found = read(text, file, basename(file, extname(file)))
  if (!found.ok) throw new WrongRules(found.problems)
  const written = writeRuleFile(found.model, basename(file))
  if (!('yaml' in written)) throw new WrongRules(written.ok ? [] : written.problems)
  const { leftOut } = found.model
  return {
    code: 0,
    json: { yaml: written.yaml, leftOut },
    text: written.yaml.trimEnd(),
    notes: leftOut.map((each) => `left out: ${each}`),
  }
}
