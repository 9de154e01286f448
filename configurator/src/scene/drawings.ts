/** The drawn front view of every family. The fridge's alone comes with the page; this brings them all. */
import type { Appliance } from './appliance.ts'
import { drawFridgeFront } from './drawing.ts'
import type { DrawingOptions } from './ink.ts'
import { drawOvenFront } from './ovenDrawing.ts'
import { drawWasherFront } from './washerDrawing.ts'

/**
 * Draws an appliance as one `<svg>` element with a view box and no size of its own; it scales to its box. The text
 * holds no input unescaped: values only choose among known colours, names and numbers, and words are escaped.
 */
export function drawAppliance(what: Appliance, options: DrawingOptions = {}): string {
  if (what.family === 'washer') return drawWasherFront(what, options)
  if (what.family === 'oven') return drawOvenFront(what, options)
  return drawFridgeFront(what, options)
}
