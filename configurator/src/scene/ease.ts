/** A number on its way to another: doors that open, parts that leave their place. */
export interface Ease {
  readonly goal: number
  readonly now: number
  aim(goal: number): void
  /** Moves on by a time in seconds, or all the way; says whether it moved and whether there is more to come. */
  step(seconds: number, jump: boolean): { moved: boolean; more: boolean }
}

const SPEED = 6.5
const NEAR = 0.004

/** Makes one that stands at 0. */
export function createEase(): Ease {
  let goal = 0
  let now = 0
  return {
    get goal() {
      return goal
    },
    get now() {
      return now
    },
    aim(next) {
      goal = next
    },
    step(seconds, jump) {
      if (now === goal) return { moved: false, more: false }
      const next = now + (goal - now) * (1 - Math.exp(-SPEED * seconds))
      now = jump || Math.abs(goal - next) < NEAR ? goal : next
      return { moved: true, more: now !== goal }
    },
  }
}
