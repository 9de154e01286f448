// Runs in the page of the long run: uses the shop as somebody does who cannot decide, one thing after the other, and comes back
// to the design she saved first.
;(() => {
  // mulberry32: the same wandering in every run, and the same acts with the saved design after every return to it
  const seed = 590
  let state = seed
  let roaming = seed
  const random = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  /** @param {string} selector */
  const any = (selector) => {
    const all = [...document.querySelectorAll(selector)].filter((e) => e.getClientRects().length > 0)
    return all[Math.floor(random() * all.length)]
  }
  /** @param {string} selector */
  const click = (selector) => {
    const element = any(selector)
    if (element instanceof HTMLElement) element.click()
    return element !== undefined
  }
  /** @param {string} key */
  const press = (key) =>
    document.querySelector('canvas')?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))

  const values = 'fieldset.option .card:not([data-state=selected]) input'
  /** What she does with one appliance, and how often. @type {readonly [number, () => unknown][]} */
  const atOne = [
    [50, () => click(values)],
    [10, () => click('nav.steps button')],
    [8, () => click('.tools button[aria-pressed]:not(.touch-only)')],
    [
      12,
      () =>
        press(['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', '+', '-'][Math.floor(random() * 6)] ?? '+'),
    ],
    [6, () => click('[data-testid=bar] button[aria-label]:not([aria-haspopup])')],
    [4, () => click('[data-testid=bar] button[aria-haspopup], .panel-tools button, .tools [aria-haspopup]')],
  ]
  /** How she goes elsewhere. @type {readonly [number, () => unknown][]} */
  const elsewhere = [
    [1, () => click('.products a')],
    [1, () => click('a.brand')],
    [1, () => click('header a[href="/saved"]')],
  ]
  const dialogDone = () => click('dialog[open] .dialog-head button')

  const kept = 'lot-one/design/fridge-atelier-590'
  const keptDesign = () => JSON.stringify(JSON.parse(localStorage.getItem(kept) ?? '{}').design)
  let home = ''

  Object.assign(window, {
    /**
     * Does the next thing. Whatever stands in the way is answered first, as a shopper has to.
     * @param {boolean} stays she looks at one appliance only
     */
    wander(stays) {
      if (document.querySelector('dialog[open]')) {
        if (
          random() < 0.3 &&
          click('dialog[open] [data-testid=surprise], dialog[open] [data-testid=cheapest]')
        )
          return
        return dialogDone()
      }
      if (document.querySelector('[data-testid=shelf]')) return click('[data-product] a')
      if (location.pathname === '/saved') return click('.saved-open, a.brand')
      if (document.querySelector('[data-testid=conflict]'))
        return click(random() < 0.7 ? '[data-testid=repair]' : '[data-testid=keep]')
      const acts = stays ? atOne : [...atOne, ...elsewhere]
      let at = random() * acts.reduce((all, [share]) => all + share, 0)
      for (const [share, act] of acts) if ((at -= share) < 0) return act()
    },
    /**
     * Does the next thing on the way to the saved design.
     * @returns whether it has just been opened
     */
    openSaved() {
      if (document.querySelector('dialog[open]')) dialogDone()
      else if (location.pathname !== '/saved') click('header a[href="/saved"]')
      else return click('.saved-open')
      return false
    },
    /** From here on she stays with what she has opened: the same acts every time. */
    stay() {
      roaming = state
      state = seed
      home = keptDesign()
    },
    /** She may go anywhere again. */
    leave() {
      state = roaming
      home = ''
    },
    /**
     * Takes up the nth tool beside the picture, or puts it away: doors, taken apart, kitchen, sizes.
     * @param {number} n
     */
    useTool(n) {
      const tool = document.querySelectorAll('.tools button[aria-pressed]:not(.touch-only)')[n]
      if (tool instanceof HTMLElement) tool.click()
    },
    /**
     * Does the next thing on the way back from using one appliance: the dialog shut, every wish let go, every step undone, every
     * tool put away.
     * @returns whether she is there
     */
    comeBack() {
      if (document.querySelector('dialog[open]')) return dialogDone() && false
      if (document.querySelector('[data-testid=conflict]')) return click('[data-testid=keep]') && false
      if (click('.tools button[aria-pressed=true]:not(.touch-only)')) return false
      if (!document.querySelector('nav.steps li:first-child [aria-current=step]'))
        return click('nav.steps li:first-child button') && false
      if (home === '' || keptDesign() === home) return true
      const undo = document.querySelector('[data-testid=bar] button[aria-label]:not([aria-haspopup])')
      if (!(undo instanceof HTMLElement) || undo.getAttribute('aria-disabled') === 'true')
        throw new Error(
          `There is nothing left to undo, and the design is not the one of before: ${keptDesign()}`,
        )
      undo.click()
      return false
    },
  })
})()
