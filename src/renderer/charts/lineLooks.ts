/** Looks by which up to twelve lines are told apart, also without colours: each also has a letter. */

/** Names of design tokens. Blue, orange, green and violet are told apart with every kind of colour vision. */
const colours = ['accent', 'attention', 'norm', 'input'] as const
const dashes = ['solid', 'dashed', 'dotted'] as const

export interface LineLook {
  readonly colour: (typeof colours)[number]
  readonly dash: (typeof dashes)[number]
}

/** Colours first, then the same ones with other dashes. */
export const lineLook = (index: number): LineLook => ({
  colour: colours[index % colours.length]!,
  dash: dashes[Math.floor(index / colours.length) % dashes.length]!,
})
