/** The class around the desk: for a teacher, everybody; for a pupil, what the teacher says. Nothing where there is no class. */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { ClassPart, PupilPart } from '@core/contract/class'
import { useHost } from '../api/host'
import { useFiles } from './files'
import { useKits } from './kits'
import { useLab } from './lab'
import { useLessons } from './lessons'
import { useNotices } from './notices'
import { usePrompts } from './prompts'
import { useWorkspace } from './workspace'

export const useClass = defineStore('class', () => {
  const host = useHost()
  const workspace = useWorkspace()
  const notices = useNotices()
  const lessons = useLessons()
  const files = useFiles()
  const lab = useLab()
  const kits = useKits()
  const prompts = usePrompts()

  const role = computed(() => workspace.description?.desk ?? null)
  const everybody = shallowRef<ClassPart | null>(null)
  const said = shallowRef<PupilPart | null>(null)

  let heard = -1
  let takes: Promise<unknown> = Promise.resolve()
  /** The first part tells what was said before this page opened; only what comes later moves the page. */
  async function hear(part: PupilPart): Promise<void> {
    const isNew = heard >= 0 && part.announcements > heard
    heard = part.announcements
    said.value = part
    if (part.kit !== null && !kits.listed.some(({ id }) => id === part.kit)) await takeKit()
    if (!isNew) return
    if (part.lesson !== null) {
      await lessons.open(part.lesson)
      notices.tell('class.broughtToLesson')
    } else if (part.lab !== null && (await files.mayLeave())) {
      files.open(part.lab)
      const { seed } = part.lab.training
      notices.tell(part.hasOwnSeed ? 'class.broughtToLabWithSeed' : 'class.broughtToLab', { seed })
    }
  }
  async function takeKit(): Promise<void> {
    await notices.attempt(async () => {
      kits.shown = (await host.call['class.takeKit']({})).id
      await kits.load()
      notices.tell('class.kitArrived')
      prompts.overlay = 'kits'
    })
  }

  watch(
    role,
    (now) => {
      if (now === 'pupil')
        host.stream(
          'class.follow',
          {},
          {
            onPart: (part) => void (takes = takes.then(() => hear(part))),
            onFailure: notices.report,
          },
        )
      if (now === 'teacher')
        host.stream(
          'class.watch',
          {},
          {
            onPart: (part) => void (everybody.value = part),
            onEnd: () => void notices.attempt(workspace.load),
            onFailure: notices.report,
          },
        )
    },
    { immediate: true },
  )

  /** Lets the room in. */
  const begin = (title: string): Promise<unknown> =>
    notices.attempt(async () => {
      await host.call['class.open']({ title })
      await workspace.load()
    })
  /** Disconnects everybody, and closes this computer to the room. */
  const end = (): Promise<unknown> => notices.attempt(() => host.call['class.close']({}))
  const change = (changes: Parameters<(typeof host.call)['class.change']>[0]): Promise<unknown> =>
    notices.attempt(() => host.call['class.change'](changes))
  const bringTo = (lesson: string): Promise<unknown> => notices.attempt(() => host.call['class.bring']({ lesson }))
  /** With `ownSeeds`, each pupil's copy has another seed. */
  async function showMine(ownSeeds: boolean): Promise<void> {
    const { document } = lab
    if (document) await notices.attempt(() => host.call['class.bring']({ lab: document, ownSeeds }))
  }
  const helped = (pupil: string): Promise<unknown> => notices.attempt(() => host.call['class.helped']({ pupil }))
  const keyOf = (pupil: string): Promise<string> => host.call['class.key']({ pupil })
  async function openCopy(pupil: string, name: string): Promise<void> {
    await notices.attempt(async () => {
      const { lab: document } = await host.call['class.screen']({ pupil })
      if (!document) notices.tell('class.noLab', { name })
      else if (await files.mayLeave()) {
        files.open(document)
        prompts.overlay = null
      }
    })
  }
  const askForHelp = (wanted: boolean): Promise<unknown> => notices.attempt(() => host.call['class.help']({ wanted }))

  return {
    role,
    begin,
    everybody,
    said,
    change,
    bringTo,
    showMine,
    helped,
    keyOf,
    openCopy,
    end,
    askForHelp,
  }
})
