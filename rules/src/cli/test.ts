/** `rules test`: runs the tests a rule file brings along, and with `--mutate` tries how much they would notice. */
import type { ProductModel } from '../model.ts'
import { load, onlyFile, WrongRules } from './call.ts'
import type { Answer, Call, Progress } from './call.ts'
import { runTests } from './familyTests.ts'
import { mutationScore } from './mutate.ts'
import type { MutationScore } from './mutate.ts'
import { bad, careful, good, plural, strong } from './paint.ts'

/** Share of slips that a family's tests must notice. */
const wanted = 0.8
/** Slips of a model too big to try them all are tried for so long; without a test it is known what will come of it. */
const patienceMs = ({ tests }: ProductModel) => (tests.length > 0 ? 300_000 : 20_000)

function mutationLines({ mutants, noticed, refused, score, survivors, untried }: MutationScore): string[] {
  if (mutants + refused + untried === 0) return ['Nothing in its own rules can slip.']
  const sentence = `${noticed} of ${plural(mutants, 'slip')} in the rules would be noticed: ${Math.floor(score * 100)} %.`
  return [
    strong(score >= wanted ? good(sentence) : bad(`${sentence} At least ${wanted * 100} % should be.`)),
    ...(refused > 0 ? [`${plural(refused, 'more slip')} would be refused by the compiler's proofs.`] : []),
    ...(untried > 0
      ? [careful(`${plural(untried, 'more slip')} were not tried: they would take too long.`)]
      : []),
    ...survivors.map((each) => `  ${each.file}:${each.line} ${each.ruleId}: ${each.change}`),
  ]
}

/** Runs the command. */
export function test(call: Call, progress: Progress): Answer {
  const file = onlyFile(call)
  const { model, problems } = load(file)
  if (!model) throw new WrongRules(problems)
  const { passed, failures } = runTests(model, file, call.at)
  const failed = failures.length
  const sentence =
    model.tests.length === 0
      ? `${model.id} brings no tests along.`
      : failed === 0
        ? good(`All ${plural(passed, 'test')} of ${model.id} passed.`)
        : bad(`${failed} of ${plural(passed + failed, 'test')} of ${model.id} failed.`)
  const lines = [
    strong(sentence),
    ...failures.map((each) => `  ${each.file}:${each.line} ${each.name}: ${each.message}`),
  ]
  // Slips can only be noticed by tests that hold without them.
  const started = performance.now()
  const mutation =
    call.mutate && failed === 0
      ? mutationScore(model, file, {
          ...(call.at !== undefined && { at: call.at }),
          enough: () => performance.now() - started > patienceMs(model),
          onProgress: (done, of) => progress(`${done} of ${plural(of, 'slip')} tried`),
        })
      : undefined
  return {
    code: failed === 0 && (mutation === undefined || mutation.score >= wanted) ? 0 : 1,
    json: { passed, failed, failures, ...(mutation && { mutation }) },
    text: [...lines, ...(mutation ? mutationLines(mutation) : [])].join('\n'),
  }
}
