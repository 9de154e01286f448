/**
 * How many pixels a picture gets: all of them at rest, fewer in motion while frames take too long. Nobody counts
 * pixels on something that moves.
 */
export interface Pace {
  /** Device pixels per CSS pixel for the next frame. */
  ratio(isMoving: boolean): number
  /** Notes how long the last frame of a motion took. */
  note(frameMs: number): void
}

/** A moving picture whose frames take longer than this gets fewer pixels. */
const SLOW_FRAME_MS = 24
/** A longer pause is no frame: the shopper let go. */
const PAUSE_MS = 250
const MAX_RATIO = 2

/** Makes the pace of a device with this pixel ratio; more than 2 is never drawn. */
export function createPace(devicePixelRatio: number): Pace {
  const resting = Math.min(MAX_RATIO, Math.max(0.5, devicePixelRatio))
  const least = Math.min(1, resting)
  let moving = resting
  let slow = 0
  return {
    ratio: (isMoving) => (isMoving ? moving : resting),
    note(frameMs) {
      if (frameMs > PAUSE_MS) return
      slow = frameMs > SLOW_FRAME_MS ? slow + 1 : 0
      if (slow < 3) return
      slow = 0
      moving = Math.max(least, moving * 0.8)
    },
  }
}
