/**
 * A text that stands for a picture of the shopper's: which one, by its bytes, and which part of it shows. The picture itself
 * travels apart from the design (`PUT /api/pictures/{sha256}`); its name cannot lie about what it is.
 */

/** A picture and the part of it that is printed. */
export interface PictureChoice {
  /** SHA-256 of the file, 64 small hexadecimal digits. */
  readonly sha256: string
  /** The point in the middle, percent from the left and from the top. */
  readonly x: number
  readonly y: number
  /** How much closer than the whole picture, percent; 100 to 300. */
  readonly zoom: number
}

/** What a picture text looks like: hash, middle across, middle down, closeness. Every choice has exactly one. */
export const picturePattern = '[0-9a-f]{64}-(?:100|[1-9]?[0-9])-(?:100|[1-9]?[0-9])-(?:[12][0-9]{2}|300)'
/** Its longest form. */
export const pictureLength = 64 + 3 * 4

const whole = new RegExp(`^${picturePattern}$`)

/** Writes a choice as the text that stands in designs, orders and job orders; fractions are rounded, what is beyond an end is held. Pure. */
export function pictureText({ sha256, x, y, zoom }: PictureChoice): string {
  const within = (value: number, min: number, max: number) => Math.min(max, Math.max(min, Math.round(value)))
  return `${sha256}-${within(x, 0, 100)}-${within(y, 0, 100)}-${within(zoom, 100, 300)}`
}

/** Reads such a text; `undefined` when it is none. Pure. */
export function readPicture(text: unknown): PictureChoice | undefined {
  if (typeof text !== 'string' || !whole.test(text)) return undefined
  const [sha256, x, y, zoom] = text.split('-') as [string, string, string, string]
  return { sha256, x: Number(x), y: Number(y), zoom: Number(zoom) }
}
