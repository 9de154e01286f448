/** Lets at most `most` pieces of work run at once; the others wait their turn in order of arrival. */
export type Gate = <T>(work: () => Promise<T>) => Promise<T>

/** Makes a gate. Work that throws frees its place like any other. */
export function createGate(most: number): Gate {
  let inside = 0
  const waiting: (() => void)[] = []
  return async (work) => {
    if (inside >= most) await new Promise<void>((resolve) => waiting.push(resolve))
    else inside++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      // The place is handed on, not freed: nobody can slip in between.
      if (next) next()
      else inside--
    }
  }
}
