/** Every sentence of the page in English; the other languages have the same keys. Money and numbers arrive formatted. */
export const en = {
  brand: 'Lot One',
  skipToOptions: 'Skip to the options',
  skipToContent: 'Skip to the content',
  loading: 'One moment …',
  close: 'Close',

  // region and language
  settings: 'Country and language',
  language: 'Language',
  myOrders: 'My orders',
  mySaved: 'Saved designs',
  theShop: 'Design yours',

  // picture
  picture: 'Picture',
  pictureOf: (what: string) => `Picture: ${what}`,
  turnOn: 'Touch to turn',
  turnHint: 'Drag to turn, arrow keys too.',
  openDoors: 'Open the doors',
  showSize: 'Show dimensions',
  drawnPicture: 'Drawn picture: this device shows no 3D.',

  // choosing
  steps: 'Steps',
  stepOf: (n: number, of: number) => `Step ${n} of ${of}`,
  next: (step: string) => `Next: ${step}`,
  back: (step: string) => `Back: ${step}`,
  toOrder: 'Review and order',
  yes: 'Yes',
  no: 'No',
  samePrice: 'same price',
  changesOthers: (n: number) => (n === 1 ? 'changes 1 other choice' : `changes ${n} other choices`),
  notHere: (place: string) => `not for ${place}`,
  chosen: 'your choice',
  suggested: 'suggested',
  charactersLeft: (n: number) => (n === 1 ? '1 character left' : `${n} characters left`),
  textRefused: 'This contains a character that cannot be engraved.',
  textNeeds: (options: string) => `Possible once you choose: ${options}`,
  optional: 'optional',

  // conflicts
  conflictTitle: (value: string) => `Not possible yet: ${value}`,
  impossibleTitle: (value: string, place: string) => `Not available for ${place}: ${value}`,
  contextTitle: (place: string) => `Your design does not fit ${place} yet`,
  restoredTitle: 'This design no longer fits the rules',
  becauseOf: 'It clashes with',
  waysOut: 'Ways to have it',
  waysOutDesign: 'Ways to make it fit',
  noWayOut: 'There is no way to build it together with your other choices.',
  takeThis: 'Take this',
  keepIt: 'Keep it as it was',
  startFresh: 'Start afresh',
  chooseIn: (place: string) => `Switch to ${place}`,
  clashAnnounced: (sentence: string) => `Does not fit: ${sentence} Ways out follow right after the option.`,

  // notes
  changed: 'Changed to make it fit',
  followed: 'Moved along with your choice',
  opened: 'This design was made under earlier rules; it still fits.',
  openedWithout: (what: string) => `Made under earlier rules. No longer offered and left out: ${what}.`,
  openedNameless: (n: number) =>
    n === 1
      ? 'Made under earlier rules. One of its choices is no longer offered and was left out.'
      : `Made under earlier rules. ${n} of its choices are no longer offered and were left out.`,
  taken: {
    surprise: 'A surprise, drawn at random',
    cheapest: 'The cheapest with your choices',
    saved: 'Your saved design',
  },
  priceWas: (old: string, now: string) => `It cost ${old} then and costs ${now} now.`,
  undo: 'Undo',
  redo: 'Redo',
  dismiss: 'Dismiss',
  announceTotal: (total: string, count: string) => `Total ${total}. ${count} designs possible.`,

  // bar
  total: 'Total',
  inclVat: (percent: string) => `incl. ${percent} VAT`,
  vatFree: 'all taxes included',
  search: 'Search the options',
  saveThis: 'Save this design',
  ideas: 'Ideas: surprise, cheapest, compare',
  designsLeft: (n: string, count: number) => (count === 1 ? '1 design left' : `${n} designs left`),
  designsExactly: (n: string) => `exactly ${n}`,
  showPrice: 'What the price is made of',
  priceTitle: 'Your price',
  vatContained: (percent: string) => `VAT contained (${percent})`,
  order: 'Order',
  orderThis: 'Order this design',
  share: 'Share',
  orderTitle: 'Order',

  // products
  startTitle: 'What shall we build for you?',
  startLead:
    'Every one is made once, the way you design it. You see the price and what can be built with every tap.',
  fromPrice: (money: string) => `from ${money}`,
  designsOf: (n: string, count: number) => (count === 1 ? '1 design' : `${n} designs`),
  designIt: 'Design yours',
  continueYours: 'Continue your design',

  // page states
  shopUnreachable: 'The shop does not answer',
  shopUnreachableLead: 'Your design is safe in this browser. The page keeps trying.',
  noProducts: 'Nothing is on sale today',
  noProductsLead: 'Please come back soon.',
  notOnSale: 'This product is not on sale',
  notFound: 'There is no such page',
  offline: 'You are offline. Choosing still works.',
  broken: 'Something broke on this page',
  brokenLead: 'Your design is safe in this browser. Load the page again to continue.',
  reloadPage: 'Load again',
}

/** The keys every language has. */
export type Messages = typeof en
