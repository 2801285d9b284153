/** Shortens cells and names for display. */
const SHOWN = 200

export const clip = (text: string): string => (text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text)
