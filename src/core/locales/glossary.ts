/** The glossary of both languages, shown in the lessons and enforced for all visible texts. */
import { z } from 'zod'
import entries from './glossary.json'

const text = z.string().min(1)

/** `avoid` lists other words for the term, which visible texts must not use. */
const termSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  en: text,
  zh: text,
  explanation: z.strictObject({ en: text.regex(/\.$/), zh: text.regex(/。$/) }),
  avoid: z.strictObject({ en: z.array(text), zh: z.array(text) }).optional(),
})

export type Term = z.infer<typeof termSchema>

export const glossary: readonly Term[] = z.array(termSchema).parse(entries)
