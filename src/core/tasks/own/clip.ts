/** Cells and names as far as they are shown. */
const SHOWN = 200

export const clip = (text: string): string => (text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text)
