/** One call of the tool, from arguments to exit code. */
import { blameRules } from './blame.ts'
import { count, explain, possible } from './ask.ts'
import { readCall, WrongCall, WrongRules } from './call.ts'
import type { Answer, Call, Progress } from './call.ts'
import { check } from './check.ts'
import { diff } from './diff.ts'
import { graph } from './graph.ts'
import { importModel } from './import.ts'
import { bad, careful, strong } from './paint.ts'
import { TooBigToCompare } from '../difference.ts'
import { LazyRulesTooHard } from '../lazyMachine.ts'
import { test } from './test.ts'
import { lockFileOf } from '../lock.ts'
import { jsonSchema } from '../fileShape.ts'

const schema = (): Answer => {
  const json = jsonSchema()
  return { code: 0, json, text: JSON.stringify(json, undefined, 2) }
}

const commands: Readonly<Record<string, (call: Call, progress: Progress) => Answer>> = {
  check,
  count,
  domains: possible,
  explain,
  test,
  diff,
  blame: blameRules,
  graph,
  import: importModel,
  schema,
}

const help = `usage: npm run rules -- COMMAND FILE [--choose option=value]... [--at 2026-10-15] [--json]

  check FILE     all problems with places, what can be built, dead and forced values, redundant rules, proofs
  count FILE     how many products can be built
  domains FILE   which values are still possible with some choices
  explain FILE   why some choices cannot be built, and the cheapest ways out
  test FILE      runs the file's own tests
  diff OLD NEW   products lost and gained by an edit, an example of each, prices moved
  blame FILE     products that each rule alone forbids, and nodes of the machine without it
  graph FILE     the machine projected on a few options: mermaid, xstate, scxml or dot
  import FILE    a feature model (.uvl, .dimacs) as a rule file on stdout
  schema         JSON Schema of rule files, for editors

  --choose option=value   a choice; may repeat
  --at DAY                order date; without it the first day of the family
  --mutate                test: how many slips in the rules the tests would notice (at least 80 %)
  --orders FILE.ndjson    diff: saved designs and open orders, one a line; which break, and their cheapest repair
  --no-lock               check: neither reads nor writes the lock file (FILE.lock.json) with the order of variables
  --on name,name...       graph: the options shown, in this order, at most 6; blame: only these rules
  --format NAME           graph: mermaid (default), xstate, scxml, dot
  --json                  one JSON object instead of text

Exit code: 0 fine, 1 the rules or choices are wrong, 2 the call is wrong.`

/** Where a call writes: answers to `out`, what is wrong with the call to `err`. */
export interface Outlets {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** Keeps a lock beside its rule file; `false`: it could not be written. Absent: locks are not written. */
  readonly saveLock?: (file: string, text: string) => boolean
  /** What takes long says how far it is; the empty text takes that away again. Absent: nobody is watching. */
  readonly progress?: Progress
}

/** Runs one call; gives its exit code: 0 fine, 1 the rules or choices are wrong, 2 the call is wrong. */
export function run(
  args: readonly string[],
  { out, err, saveLock, progress = () => undefined }: Outlets,
): 0 | 1 | 2 {
  const wantsJson = args.includes('--json')
  const print = (value: unknown) => out(`${JSON.stringify(value)}\n`)
  try {
    const call = readCall(args, Object.keys(commands))
    if (call === 'help') {
      out(`${help}\n`)
      return 0
    }
    const answer = commands[call.command]!(call, progress)
    progress('')
    if (call.json) print(answer.json)
    else out(`${answer.text}\n`)
    for (const note of answer.notes ?? []) err(`${careful('rules:')} ${note}\n`)
    if (answer.lock && saveLock?.(answer.lock.file, answer.lock.text) === false)
      err(
        `${careful('rules:')} ${lockFileOf(answer.lock.file)} cannot be written; without it every compile searches again\n`,
      )
    return answer.code
  } catch (error) {
    if (error instanceof WrongRules) {
      if (wantsJson) print({ ok: false, errors: error.problems })
      else
        out(
          `${strong(bad(args.find((each) => !each.startsWith('-')) === 'import' ? 'The feature model is wrong.' : 'The rules are wrong: rules check tells more.'))}\n${error.message}\n`,
        )
      return 1
    }
    if (error instanceof LazyRulesTooHard || error instanceof TooBigToCompare) {
      if (wantsJson) print({ ok: false, error: error.message })
      else out(`${strong(bad('This cannot be answered:'))} ${error.message}\n`)
      return 1
    }
    if (!(error instanceof WrongCall)) throw error
    if (wantsJson) print({ ok: false, error: error.message })
    err(`${bad('rules:')} ${error.message}\nrules --help shows how to call it\n`)
    return 2
  }
}
