/**
 * Lets at most `most` pieces of work run at once; the others wait their turn in order of arrival, urgent ones before the rest.
 */
export type Gate = <T>(work: () => Promise<T>, urgent?: boolean) => Promise<T>

/** Makes a gate. Work that throws frees its place like any other. */
export function createGate(most: number): Gate {
  let inside = 0
  const urgentOnes: (() => void)[] = []
  const others: (() => void)[] = []
  return async (work, urgent = false) => {
    if (inside >= most) await new Promise<void>((resolve) => (urgent ? urgentOnes : others).push(resolve))
    else inside++
    try {
      return await work()
    } finally {
      const next = urgentOnes.shift() ?? others.shift()
      // The place is handed on, not freed: nobody can slip in between.
      if (next) next()
      else inside--
    }
  }
}
