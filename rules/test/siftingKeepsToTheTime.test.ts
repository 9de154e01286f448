import { expect, test } from 'vitest'
import { budgetExceeded, createDiagramBuilder } from '../src/diagramBuilder.ts'
import { sift } from '../src/sifting.ts'

/** x0 = x8, x1 = x9, …: over this order the diagram has to remember everything, over a better one next to nothing. */
function pairs(expired: () => boolean) {
  const sizes = Array.from({ length: 16 }, () => 3)
  const builder = createDiagramBuilder(sizes, { nodes: 1e6, steps: 1e9, expired })
  const is = (variable: number, value: number) =>
    builder.make(
      variable,
      [0, 1, 2].map((each) => (each === value ? 1 : 0)),
      0,
    )
  let all = 1
  for (let x = 0; x < 8; x++) {
    let same = 0
    for (let value = 0; value < 3; value++)
      same = builder.or(same, builder.and(is(x, value), is(x + 8, value)))
    all = builder.and(all, same)
  }
  const levels = [...sizes.keys()]
  return {
    nodes: builder.size(all),
    sift: () =>
      sift(
        builder,
        all,
        levels,
        levels,
        sizes.map(() => []),
        1e9,
      ),
  }
}

test('a deadline ends a search for an order, wherever it is', () => {
  let isOver = false
  const { nodes, sift: again } = pairs(() => isOver)
  expect(again().nodes).toBeLessThan(nodes / 50)
  isOver = true
  let thrown: unknown
  try {
    again()
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBe(budgetExceeded)
})
