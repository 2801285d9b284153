/** Class kits: made from a folder, and read from an archive. */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  kitManifest,
  kitSpec,
  kitVersion,
  publicPart,
  type Assignment,
  type KitManifest,
  type KitSpec,
} from '@core/classroom/kit'
import { LabError } from '@core/errors'
import { analyse } from '@core/graph/analyse'
import type { LabDocument } from '@core/lab/document'
import { labToKeep } from '@core/lab/kept'
import { parseLab } from '@core/lab/read'
import { createTask } from '@core/tasks'
import type { HiddenData } from '@core/tasks/hidden'
import { decodeText } from '@core/tasks/text'
import { readWhole } from '../engine/read-whole'
import { readLesson } from '../lessons/read'
import { fileError } from '../service/file-error'
import { namesIn } from '../service/files'
import { readArchive, writeArchive, type Files } from './archive'
import { canonicalHash, listed, readManifest, requireListed, textOf } from './manifest'

export interface Kit {
  readonly manifest: KitManifest
  readonly files: Files
  /** Whether it has the hidden data. */
  readonly isTeachers: boolean
  labOf(assignment: Assignment): LabDocument
  /** The text that the assignment's lab reads; null for the task's own. */
  dataOf(assignment: Assignment): string | null
  /** Hidden data by name; undefined in a pupil's edition. */
  hidden(name: string): HiddenData | undefined
}

const manifestFile = 'kit.json'
const kind = { file: manifestFile, format: 'attention-lab-kit', version: kitVersion, schema: kitManifest }

/** Throws LabError `archive.…`, or what is wrong with one of its labs, lessons or texts. */
export function readKit(bytes: Uint8Array): Kit {
  const files = readArchive(bytes)
  const manifest = readManifest(files, kind)
  requireListed(files, manifestFile, [...manifest.files, ...(manifest.teacher?.files ?? [])])
  if (canonicalHash(publicPart(manifest)) !== manifest.id) throw new LabError('archive.hash', { name: manifestFile })
  return kitOf(manifest, files)
}

function kitOf(manifest: KitManifest, files: Files): Kit {
  const labs = new Map(manifest.assignments.map((each) => [each.id, parseLab(textOf(files, each.lab))]))
  const { teacher } = manifest
  const kit: Kit = {
    manifest,
    files,
    isTeachers: teacher !== undefined,
    labOf: ({ id }) => labs.get(id)!,
    dataOf: ({ data }) => (data === null ? null : decodeText(files.get(data)!).text),
    hidden: (name) => {
      const found = teacher && Object.hasOwn(teacher.hidden, name) ? teacher.hidden[name] : undefined
      return found && ('seed' in found ? found : { text: decodeText(files.get(found.file)!).text })
    },
  }
  for (const each of manifest.assignments)
    if (each.data !== null && !files.has(each.data)) throw new LabError('archive.missing', { name: each.data })
  for (const each of Object.values(teacher?.hidden ?? {}))
    if ('file' in each && !files.has(each.file)) throw new LabError('archive.missing', { name: each.file })
  return kit
}

/** The edition for pupils, without the hidden data. */
export function pupilsEdition({ manifest, files }: Kit): Uint8Array<ArrayBuffer> {
  const { teacher, ...rest } = manifest
  const secret = new Set(teacher?.files.map(({ path }) => path))
  const shared = [...files].filter(([path]) => path !== manifestFile && !secret.has(path))
  return writeArchive(new Map([...shared, [manifestFile, new TextEncoder().encode(JSON.stringify(rest, null, 2))]]))
}

/** Throws the first problem that would keep a pupil from working, or a teacher from grading. */
export function requireUsable(kit: Kit, knownLessons: ReadonlySet<string>): void {
  const { assignments, lessons, rubric } = kit.manifest
  const own = new Set([...kit.files.keys()].flatMap((path) => /^lessons\/([^/]+)\//.exec(path)?.[1] ?? []))
  for (const lesson of lessons)
    if (!knownLessons.has(lesson) && !own.has(lesson)) throw new LabError('kit.no-lesson', { lesson })
  for (const item of rubric) {
    if (item.is === 'metric' && item.on !== undefined && kit.isTeachers && kit.hidden(item.on) === undefined)
      throw new LabError('kit.no-hidden', { item: item.id, hidden: item.on })
  }
  for (const assignment of assignments) {
    const lab = kit.labOf(assignment)
    const task = createTask(lab.task, kit.dataOf(assignment))
    const [problem] = assignment.locks.graph ? analyse(lab, task.spec.signature).problems : []
    if (problem) throw new LabError('kit.locked-problem', { assignment: assignment.id })
    for (const item of rubric) {
      if (item.is !== 'metric' || item.assignment !== assignment.id || item.on === undefined) continue
      const hidden = kit.hidden(item.on)
      if (hidden) task.withHidden(hidden)
    }
  }
}

/** Both editions of a kit. */
export interface MadeKit {
  readonly pupils: Uint8Array<ArrayBuffer>
  readonly teachers: Uint8Array<ArrayBuffer>
  readonly manifest: KitManifest
}

/** What a kit is made of, besides its specification. */
export interface KitParts {
  /** By assignment. */
  readonly labs: ReadonlyMap<string, LabDocument>
  /** Data and hidden data, by the path that the specification names. */
  readonly texts: Files
  /** Files of lessons of the kit's own, by path in the archive. */
  readonly lessons: Files
  /** Of the application. */
  readonly version: string
}

/** Throws LabError `archive.missing` for a text that is not among the parts. */
export function assembleKit(spec: KitSpec, { labs, texts, lessons, version }: KitParts): MadeKit {
  const files = new Map<string, Uint8Array<ArrayBuffer>>(lessons)
  const secret = new Map<string, Uint8Array<ArrayBuffer>>()
  const textAt = (path: string): Uint8Array<ArrayBuffer> => {
    const found = texts.get(path)
    if (!found) throw new LabError('archive.missing', { name: path })
    return found
  }
  const assignments = spec.assignments.map((each) => {
    const lab = `labs/${each.id}.json`
    const document = labs.get(each.id)
    if (!document) throw new LabError('kit.no-lab', { assignment: each.id })
    files.set(lab, new TextEncoder().encode(JSON.stringify(labToKeep(document), null, 2)))
    if (each.data !== null) files.set(each.data, textAt(each.data))
    return { ...each, lab }
  })
  for (const each of Object.values(spec.hidden)) if ('file' in each) secret.set(each.file, textAt(each.file))
  const { hidden, ...content } = spec
  const shared = { ...content, format: 'attention-lab-kit' as const, assignments, madeWith: version, files: listed(files) }
  const pupils: KitManifest = { ...shared, id: canonicalHash(publicPart({ ...shared, id: '' })) }
  const teachers: KitManifest = { ...pupils, teacher: { hidden, files: listed(secret) } }
  const archive = (manifest: KitManifest, content: Files): Uint8Array<ArrayBuffer> =>
    writeArchive(new Map([...content, [manifestFile, new TextEncoder().encode(JSON.stringify(manifest, null, 2))]]))
  return { pupils: archive(pupils, files), teachers: archive(teachers, new Map([...files, ...secret])), manifest: pupils }
}

/** Makes both editions from `kit.json` of a folder. `labOf` reads a built-in lab by its id. Throws LabError. */
export async function makeKit(
  folder: string,
  { version, labOf }: { readonly version: string; readonly labOf: (id: string) => Promise<LabDocument> },
): Promise<MadeKit> {
  const spec = await readSpec(folder)
  const labs = new Map<string, LabDocument>()
  const texts = new Map<string, Uint8Array<ArrayBuffer>>()
  for (const { id, lab, data } of spec.assignments) {
    const read = async (): Promise<LabDocument> => parseLab(new TextDecoder().decode(await contentOf(folder, lab)))
    labs.set(id, lab.endsWith('.json') ? await read() : await labOf(lab))
    if (data !== null) texts.set(data, await contentOf(folder, data))
  }
  for (const each of Object.values(spec.hidden)) if ('file' in each) texts.set(each.file, await contentOf(folder, each.file))
  const lessons = new Map<string, Uint8Array<ArrayBuffer>>()
  for (const lesson of await namesIn(join(folder, 'lessons'))) {
    if (!spec.lessons.includes(lesson)) continue
    for (const [path, bytes] of await lessonFiles(join(folder, 'lessons', lesson), `lessons/${lesson}`))
      lessons.set(path, bytes)
  }
  return assembleKit(spec, { labs, texts, lessons, version })
}

async function readSpec(folder: string): Promise<KitSpec> {
  const text = new TextDecoder().decode(await contentOf(folder, manifestFile))
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new LabError('kit.spec-invalid', { place: '–', detail: error instanceof Error ? error.message : String(error) })
  }
  const parsed = kitSpec.safeParse(json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new LabError('kit.spec-invalid', { place: issue?.path.join('.') || '–', detail: issue?.message ?? '' })
}

async function contentOf(folder: string, path: string): Promise<Uint8Array<ArrayBuffer>> {
  const whole = join(folder, path)
  try {
    if (!(await stat(whole)).isFile()) throw new LabError('file.special', { path: whole })
    return await readWhole(whole)
  } catch (error) {
    throw fileError(whole, error)
  }
}

/** Only what a lesson consists of, and only if it can be read. */
async function lessonFiles(folder: string, prefix: string): Promise<Files> {
  const { labs } = await readLesson(folder)
  const names = ['lesson.json', 'en.md', 'zh.md', ...[...labs.keys()].map((name) => `labs/${name}.json`)]
  const read = async (name: string) => [`${prefix}/${name}`, new Uint8Array(await readFile(join(folder, name)))] as const
  return new Map(await Promise.all(names.map(read)))
}
