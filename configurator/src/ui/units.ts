/** Countries that measure homes in US customary units (CLDR supplemental `measurementSystem`, category "US"). */
const customary = new Set(['US', 'LR'])

/** A rule file's unit: its name for `Intl`, and what the same is called, times how many of it, in a customary country. */
const units: Readonly<
  Record<
    string,
    { readonly metric: string; readonly us?: { readonly unit: string; readonly factor: number } }
  >
> = {
  mm: { metric: 'millimeter', us: { unit: 'inch', factor: 1 / 25.4 } },
  cm: { metric: 'centimeter', us: { unit: 'inch', factor: 1 / 2.54 } },
  kg: { metric: 'kilogram', us: { unit: 'pound', factor: 1 / 0.45359237 } },
  l: { metric: 'liter', us: { unit: 'gallon', factor: 1 / 3.785411784 } },
}

/**
 * Writes a measure as the language does, in the units of the country: 800 mm in Germany, 31.5 in in the United States.
 * `undefined` for a unit that is not in the table.
 */
export function measureIn(
  locale: string,
  country: string | undefined,
  unit: string,
  value: number,
): string | undefined {
  const known = units[unit]
  if (!known) return undefined
  const us = country !== undefined && customary.has(country) ? known.us : undefined
  return formatter(locale, us?.unit ?? known.metric).format(value * (us?.factor ?? 1))
}

const formatters = new Map<string, Intl.NumberFormat>()

function formatter(locale: string, unit: string): Intl.NumberFormat {
  const key = `${locale} ${unit}`
  const known = formatters.get(key)
  if (known) return known
  const made = new Intl.NumberFormat(locale, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: 1,
    useGrouping: false,
  })
  formatters.set(key, made)
  return made
}

/**
 * Adds the customary measure behind every metric one of a sentence that somebody wrote in metric: "at least 800 mm (31.5 in)".
 * In metric countries the sentence stays as it is.
 */
export function withMeasures(locale: string, country: string | undefined, sentence: string): string {
  if (country === undefined || !customary.has(country)) return sentence
  return sentence.replace(
    /(\d+(?:[.,]\d+)?)\s?(mm|cm|kg)(?![\p{L}\p{N}])/gu,
    (whole, n: string, unit: string) => {
      const measure = measureIn(locale, country, unit, Number(n.replace(',', '.')))
      return measure === undefined ? whole : `${whole} (${measure})`
    },
  )
}
