/** `rules test`: runs the tests a rule file brings along, and with `--mutate` tries how much they would notice. */
import { load, onlyFile, WrongRules } from './call.ts'
import type { Answer, Call } from './call.ts'
import { runTests } from './familyTests.ts'
import { mutationScore } from './mutate.ts'
import type { MutationScore } from './mutate.ts'
import { bad, good, plural, strong } from './paint.ts'

/** Share of slips that a family's tests must notice. */
const wanted = 0.8

function mutationLines({ mutants, noticed, refused, score, survivors }: MutationScore): string[] {
  const sentence = `${noticed} of ${plural(mutants, 'slip')} in the rules would be noticed: ${Math.floor(score * 100)} %.`
  return [
    strong(score >= wanted ? good(sentence) : bad(`${sentence} At least ${wanted * 100} % should be.`)),
    ...(refused > 0 ? [`${plural(refused, 'more slip')} would be refused by the compiler's proofs.`] : []),
    ...survivors.map((each) => `  ${each.file}:${each.line} ${each.ruleId}: ${each.change}`),
  ]
}

/** Runs the command. */
export function test(call: Call): Answer {
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
  const mutation = call.mutate && failed === 0 ? mutationScore(model, file, call.at) : undefined
  return {
    code: failed === 0 && (mutation === undefined || mutation.score >= wanted) ? 0 : 1,
    json: { passed, failed, failures, ...(mutation && { mutation }) },
    text: [...lines, ...(mutation ? mutationLines(mutation) : [])].join('\n'),
  }
}
