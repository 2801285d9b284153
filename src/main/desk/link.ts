/**
 * The desk that this lab has met. Where it was met, and what waits to be handed in, is kept on the disk: the network may be away for days.
 * Submissions are sent one after another, each with an id of its own, so that one whose answer was lost counts once.
 */
import { randomUUID } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { aborted, type Signal } from '@core/contract/cancel'
import type { DeskLink, deskHandIn, meetRequest } from '@core/contract/desk-link'
import type { LabEvents, LabMethods } from '@core/contract/lab'
import type { Connection } from '@core/contract/rpc'
import { LabError } from '@core/errors'
import { namesIn, ownerOnly, readJson, writeAtomically } from '../service/files'
import type { Kits } from '../service/kits'
import { Turns } from '../service/turns'
import { connectDesk, deskAddress, enterDesk, titleOfDesk } from '../web/desk-client'

const linkFile = z.object({
  address: z.string(),
  title: z.string(),
  name: z.string(),
  key: z.string(),
  kit: z.string().nullable(),
})
type Met = z.output<typeof linkFile>

export interface Link {
  /** Throws LabError: `desk.address`, `desk.unreachable`, or a refusal of the desk. */
  meet(request: z.output<typeof meetRequest>): Promise<DeskLink>
  watch(signal: Signal, tell: (link: DeskLink | null) => void): Promise<void>
  /** Forgets the desk. What still waits for it stays on the disk. */
  leave(): Promise<void>
  /** Fetches the kit of the class. Throws LabError `desk.none`, `desk.unreachable` or `kit.unknown`. */
  fetchKit(): Promise<string>
  /** Hands in now, or as soon as the desk is back; resolves when the submission is on the disk. */
  handIn(request: z.output<typeof deskHandIn>): Promise<void>
  close(): void
}

export interface LinkOptions {
  readonly directory: string
  readonly kits: Kits
  /** Milliseconds between two attempts to reach the desk. */
  readonly retry?: number
}

export async function openLink({ directory, kits, retry = 10_000 }: LinkOptions): Promise<Link> {
  const path = join(directory, 'desk.json')
  const outbox = join(directory, 'outbox')
  const turns = new Turns()
  let met: Met | null = linkFile.safeParse(await readJson(path).catch(() => null)).data ?? null
  let isReachable = false
  let waiting = (await waitingFiles()).length
  const watchers = new Set<(link: DeskLink | null) => void>()
  const state = (): DeskLink | null => met && { ...met, isReachable, waiting }
  const changed = (): void => {
    for (const tell of watchers) tell(state())
  }
  /** Those for this desk: each is named by the personal code there, so that none goes to another. */
  async function waitingFiles(): Promise<string[]> {
    const mine = met?.key
    return mine === undefined
      ? []
      : (await namesIn(outbox)).filter((name) => name.startsWith(`${mine}.`) && name.endsWith('.labwork')).sort()
  }
  async function keep(next: Met): Promise<void> {
    await writeAtomically(path, JSON.stringify(next), ownerOnly)
    met = next
    changed()
  }

  /** Runs `work` with a connection of its own. */
  async function withDesk<T>(work: (desk: Connection<LabMethods, LabEvents>) => Promise<T>): Promise<T> {
    if (!met) throw new LabError('desk.none')
    const { address, key } = met
    try {
      const { ticket } = await enterDesk(address, 'back', { key })
      const desk = await connectDesk(address, ticket)
      isReachable = true
      try {
        return await work(desk)
      } finally {
        desk.close()
      }
    } catch (error) {
      const isAway = error instanceof LabError && ['desk.unreachable', 'connection-closed'].includes(error.code)
      if (isAway) isReachable = false
      throw isAway ? new LabError('desk.unreachable', { address }) : error
    } finally {
      changed()
    }
  }

  /** Sends what waits. A failure leaves it waiting. */
  const send = (): Promise<void> =>
    turns.take(async () => {
      const files = await waitingFiles()
      if (files.length === 0 || !met) return
      await withDesk(async ({ call }) => {
        for (const file of files) {
          const bytes = new Uint8Array(await readFile(join(outbox, file)))
          await call['class.handInFile']({ id: file.split('.')[1]!, bytes })
          await rm(join(outbox, file), { force: true })
          waiting = (await waitingFiles()).length
          changed()
        }
      }).catch(() => undefined)
    })
  const timer = setInterval(() => waiting > 0 && void send(), retry).unref()

  return {
    async meet(request) {
      const address = deskAddress(request.address)
      const { name, key } =
        'key' in request
          ? await enterDesk(address, 'back', { key: request.key })
          : await enterDesk(address, 'enter', { name: request.name, code: request.code })
      const title = await titleOfDesk(address).catch(() => '')
      isReachable = true
      await keep({ address, title, name, key, kit: null })
      waiting = (await waitingFiles()).length
      void send()
      return state()!
    },
    async watch(signal, tell) {
      tell(state())
      watchers.add(tell)
      await aborted(signal)
      watchers.delete(tell)
    },
    async leave() {
      await rm(path, { force: true })
      met = null
      waiting = 0
      changed()
    },
    async fetchKit() {
      const bytes = await withDesk(({ call }) => call['class.kitFile']({}))
      const { id } = await kits.add(bytes)
      if (met) await keep({ ...met, kit: id })
      return id
    },
    async handIn(request) {
      if (!met) throw new LabError('desk.none')
      const bytes = await kits.submit({ ...request, pupil: met.name })
      await writeAtomically(join(outbox, `${met.key}.${randomUUID()}.labwork`), bytes, ownerOnly)
      waiting = (await waitingFiles()).length
      changed()
      await send()
    },
    close: () => clearInterval(timer),
  }
}
