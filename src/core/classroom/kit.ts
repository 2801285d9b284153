/**
 * A class kit (`.labkit`): lessons, labs, data, what is locked, and the rubric. The teacher's edition also has the hidden data; apart from
 * that, both are the same, and they have the same id.
 */
import { z } from 'zod'
import { localText } from '../lab/document'
import { hiddenSeed } from '../tasks/hidden'
import { identifier, listedFiles, portablePath, sha256 } from './files'
import { locks } from './locks'
import { rubricItem } from './rubric'

export const kitVersion = 1

const assignment = z.strictObject({
  id: identifier,
  title: localText,
  /** What is to be done. */
  text: localText.default(''),
  /** The lab to begin with. */
  lab: portablePath,
  /** The text or table it reads; null for the task's own. */
  data: portablePath.nullable().default(null),
  locks: locks.prefault({}),
  /** Limits on a re-execution: training steps, and seconds on the teacher's machine. */
  budget: z
    .strictObject({
      steps: z.number().int().min(1).max(1_000_000).default(20_000),
      seconds: z.number().int().min(1).max(86_400).default(600),
    })
    .prefault({}),
})
export type Assignment = z.output<typeof assignment>

const content = {
  title: localText,
  summary: localText.default(''),
  /** When it is due, as an ISO 8601 date and time; later submissions are marked as late. */
  due: z.iso.datetime({ offset: true }).nullable().default(null),
  /** Lessons in order: of the course, or of the kit's own folder `lessons/ID`. */
  lessons: z.array(identifier).max(200).default([]),
  /** Whether each lesson opens when the one before is completed. */
  lessonsInOrder: z.boolean().default(false),
  assignments: z.array(assignment).max(50).default([]),
  rubric: z.array(rubricItem).max(200).default([]),
}

/** A file, or a seed for tasks that draw their samples. */
const hidden = z.record(identifier, z.union([z.strictObject({ file: portablePath }), hiddenSeed]))

interface Consistent {
  readonly assignments: readonly Assignment[]
  readonly rubric: readonly z.output<typeof rubricItem>[]
}

/** Ids occur once, and the rubric names assignments that exist. */
function requireConsistent({ assignments, rubric }: Consistent, context: z.RefinementCtx): void {
  const known = new Set(assignments.map(({ id }) => id))
  const complain = (path: PropertyKey[], message: string): void => context.addIssue({ code: 'custom', path, message })
  if (known.size < assignments.length) complain(['assignments'], 'an id occurs twice')
  if (new Set(rubric.map(({ id }) => id)).size < rubric.length) complain(['rubric'], 'an id occurs twice')
  rubric.forEach((item, index) => {
    if ('assignment' in item && !known.has(item.assignment))
      complain(['rubric', index, 'assignment'], `there is no assignment “${item.assignment}”`)
  })
}

/** What a teacher writes: `kit.json` in a folder with the files that it names. */
export const kitSpec = z
  .strictObject({
    format: z.literal('attention-lab-kit-spec'),
    version: z.literal(kitVersion),
    ...content,
    hidden: hidden.default({}),
  })
  .superRefine(requireConsistent)
export type KitSpec = z.output<typeof kitSpec>

/** `kit.json` of the archive. */
export const kitManifest = z
  .strictObject({
    format: z.literal('attention-lab-kit'),
    version: z.literal(kitVersion),
    /** SHA-256 over everything but `teacher` and `id`, with sorted keys. */
    id: sha256,
    ...content,
    /** Version of the application that made it. */
    madeWith: z.string().max(40),
    files: listedFiles,
    /** Of the teacher's edition only. */
    teacher: z.strictObject({ hidden, files: listedFiles }).optional(),
  })
  .superRefine(requireConsistent)
export type KitManifest = z.output<typeof kitManifest>

/** The part that both editions share, and from which the id is computed. */
export function publicPart({ id: _, teacher: __, ...rest }: KitManifest): object {
  return rest
}
