/**
 * Makes a function that counts things in a language: the form for each plural category (CLDR), `#` standing for the number.
 * `other` is for every category that has no form of its own.
 */
export function counted(
  language: string,
  forms: { readonly other: string } & Readonly<Partial<Record<Intl.LDMLPluralRule, string>>>,
): (n: number, written?: string) => string {
  const rules = new Intl.PluralRules(language)
  return (n, written = String(n)) => (forms[rules.select(n)] ?? forms.other).replace('#', written)
}
