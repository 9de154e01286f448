/** The session's second door: what only parts of the page use that are loaded later. It comes with them. */
export { compareSides, sideOf } from './session/compared.ts'
export type { Side } from './session/compared.ts'
export { keptChoices } from './session/design.ts'
export { changesBetween } from './session/designView.ts'
export { readLink } from './session/link.ts'
export type { SharedDesign } from './session/link.ts'
export {
  dropDesign,
  longestName,
  restoreDesigns,
  saveDesign,
  savedDesigns,
  savedOf,
} from './session/saved.ts'
export type { SavedDesign } from './session/saved.ts'
export { cheapestDesign, surpriseDesign } from './session/wholeDesigns.ts'
export { framesOf } from './session/film.ts'
export type { Frame } from './session/film.ts'
export { openOrderDesign } from './session/orderDesign.ts'
