/** Reading option values that may be missing, unknown or from a newer rule file: every picture must be total. */

/** RAL classic colours on offer as sRGB (RAL Digital values), for panels and for swatches. */
export const RAL_COLOURS: Readonly<Record<string, string>> = {
  RAL9010: '#f1ede1',
  RAL7016: '#383e42',
  RAL3003: '#861a22',
  RAL5024: '#6093ac',
  RAL6021: '#8a9977',
}

/** What clocks on fronts show: an hour that looks well, as on watches in a shop window. It is nobody's time. */
export const DISPLAY_TIME = '18:42'

/** Gives the value if it is one of the known ones. */
export const oneOf = <T extends string>(value: unknown, known: readonly T[], otherwise: T): T =>
  known.includes(value as T) ? (value as T) : otherwise

/** Gives the number, held within its limits. */
export const within = (value: unknown, min: number, max: number, otherwise: number): number =>
  typeof value === 'number' && Number.isFinite(value) ? Math.min(max, Math.max(min, value)) : otherwise

/** Gives the RAL id if it is one of those on offer. */
export const ralOf = (value: unknown, otherwise: string): string =>
  typeof value === 'string' && value in RAL_COLOURS ? value : otherwise

/** Words as they can be engraved: one line, no room wasted. The rule file limits their length; this only keeps the picture sane. */
export const wordsOf = (value: unknown): string =>
  typeof value === 'string' ? Array.from(value.replaceAll(/\s+/g, ' ').trim()).slice(0, 48).join('') : ''

/** The cabinet's own colour beside fronts of a colour (sRGB hex): a light, middle or dark grey that sits well with them. */
export function greyBeside(hex: string): string {
  const lightness = [1, 3, 5].reduce((sum, k) => sum + Number.parseInt(hex.slice(k, k + 2), 16) / 765, 0)
  return lightness > 0.8 ? '#c2c3c2' : lightness < 0.4 ? '#4a4d51' : '#8d9094'
}

/** What a plate shows: the house name engraved or lit, or the shopper's own words; null: there is none. */
export function plateLook(
  nameplate: 'none' | 'engraved' | 'lit',
  words: string,
): 'engraved' | 'lit' | 'words' | null {
  if (nameplate === 'none') return null
  return nameplate === 'engraved' && words !== '' ? 'words' : nameplate
}
