/**
 * The pupils of a class, kept in `class.json` of the desk's home. No accounts: a name and the class code let a pupil in, and a personal code
 * brings them back to their own workspace. The teacher can show both again, so both are kept as they are, readable by the owner only.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { LabError } from '@core/errors'
import { codeOf, fileError } from '../service/file-error'
import { ownerOnly, readJson, writeAtomically } from '../service/files'
import { Turns } from '../service/turns'
import { cleaned, newCode } from './codes'

const pupil = z.object({
  id: z.string().regex(/^[0-9a-f]{12}$/),
  name: z.string().min(1).max(60),
  /** Brings the pupil back. */
  key: z.string(),
  /** Milliseconds since 1970. */
  joined: z.number(),
})
export type Pupil = z.output<typeof pupil>

const rollFile = z.object({
  format: z.literal('attention-lab-class'),
  version: z.literal(1),
  title: z.string().max(200),
  code: z.string(),
  /** Whether new pupils may join. */
  isOpen: z.boolean(),
  /** The kit that was handed out; null for none. */
  kit: z.string().nullable().default(null),
  pupils: z.array(pupil).max(400),
})
type RollFile = z.output<typeof rollFile>

const mostPupils = 400
const codeLength = 4
const keyLength = 8

export interface Roll {
  readonly title: string
  readonly code: string
  readonly isOpen: boolean
  readonly kit: string | null
  readonly pupils: readonly Pupil[]
  /** Throws LabError `class.wrong-code`, `class.closed`, `class.no-name` or `class.full`. */
  enter(name: string, code: string): Promise<Pupil>
  /** Throws LabError `class.wrong-code`. */
  comeBack(key: string): Pupil
  change(changes: {
    readonly title?: string | undefined
    readonly isOpen?: boolean | undefined
    readonly newCode?: boolean | undefined
    readonly kit?: string | null | undefined
  }): Promise<void>
}

/** Throws LabError where the file cannot be read: a class is never begun anew over an old one. */
export async function openRoll(home: string, title: string): Promise<Roll> {
  const path = join(home, 'class.json')
  const turns = new Turns()
  let state = await read(path, title)
  /** `change` gets the state at its turn, so that no change is lost to another. */
  const update = (change: (now: RollFile) => RollFile): Promise<void> =>
    turns.take(async () => {
      const next = change(state)
      await writeAtomically(path, JSON.stringify(next, null, 2), ownerOnly)
      state = next
    })
  await update((fresh) => fresh)
  return {
    get title() {
      return state.title
    },
    get code() {
      return state.code
    },
    get isOpen() {
      return state.isOpen
    },
    get kit() {
      return state.kit
    },
    get pupils() {
      return state.pupils
    },
    async enter(typed, code) {
      if (!isSame(cleaned(code), state.code)) throw new LabError('class.wrong-code')
      if (!state.isOpen) throw new LabError('class.closed')
      const name = typed
        .normalize()
        .replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
        .trim()
        .slice(0, 60)
      if (name === '') throw new LabError('class.no-name')
      if (state.pupils.length >= mostPupils) throw new LabError('class.full', { most: mostPupils })
      const added = { id: randomBytes(6).toString('hex'), name, key: newCode(keyLength), joined: Date.now() }
      await update((now) => ({ ...now, pupils: [...now.pupils, added] }))
      return added
    },
    comeBack(key) {
      const given = cleaned(key)
      const found = state.pupils.find((each) => isSame(given, each.key))
      if (!found) throw new LabError('class.wrong-code')
      return found
    },
    change: ({ newCode: wantsCode, ...changes }) => {
      const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
      return update((now) => ({ ...now, ...given, ...(wantsCode && { code: newCode(codeLength) }) }))
    },
  }
}

function isSame(given: string, kept: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(kept)]
  return a.length === b.length && timingSafeEqual(a, b)
}

async function read(path: string, title: string): Promise<RollFile> {
  const fresh: RollFile = {
    format: 'attention-lab-class',
    version: 1,
    title,
    code: newCode(codeLength),
    isOpen: true,
    kit: null,
    pupils: [],
  }
  try {
    const parsed = rollFile.safeParse(await readJson(path))
    if (!parsed.success) throw new LabError('class.damaged', { path })
    return title === '' ? parsed.data : { ...parsed.data, title }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return fresh
    if (error instanceof SyntaxError) throw new LabError('class.damaged', { path })
    throw fileError(path, error)
  }
}
