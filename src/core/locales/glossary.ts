/** The terms of the field and of this lab in both languages: what the lessons show, and what all texts on screen are held to. */
import { z } from 'zod'
import entries from './glossary.json'

const text = z.string().min(1)

/** `avoid` lists what some say instead of the term, and what no text on screen says. */
const termSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  en: text,
  zh: text,
  explanation: z.strictObject({ en: text.regex(/\.$/), zh: text.regex(/。$/) }),
  avoid: z.strictObject({ en: z.array(text), zh: z.array(text) }).optional(),
})

export type Term = z.infer<typeof termSchema>

export const glossary: readonly Term[] = z.array(termSchema).parse(entries)
