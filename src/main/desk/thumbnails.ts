/** What pupils have on the screen: the lab and the last curve, whole for one, and as small pictures of many, of which only changes are read. */
import { dequal } from 'dequal/lite'
import type { PupilScreen, ThumbnailChange } from '@core/contract/class'
import type { Points } from '@core/series/series'
import type { Graph, LabDocument } from '@core/lab/document'
import { readLab } from '@core/lab/read'
import type { Workspace } from '../service/workspaces'
import type { Pupil } from './roll'

export interface Seat {
  readonly pupil: Pupil
  readonly space: Workspace
}
type Space = Pick<Workspace, 'drafts' | 'runs'>

/** A small picture of more blocks shows nothing. */
const mostBlocks = 150

/** Throws LabError where the lab cannot be read. */
export async function screenOf(space: Space): Promise<PupilScreen> {
  return { lab: await labOf(space), curve: await curveOf(space) }
}
async function labOf({ drafts, runs }: Space): Promise<LabDocument | null> {
  const draft = await drafts.newest()
  if (draft) return readLab((await drafts.read(draft.id)).document)
  return (await runs.list().at(-1)?.request())?.lab ?? null
}
const curveOf = async ({ runs }: Space): Promise<Points | null> => (await runs.list().at(-1)?.overview())?.curve ?? null

/** Changes since the last call; the first gives everything. */
export function createThumbnails(): (seats: readonly Seat[]) => Promise<Readonly<Record<string, ThumbnailChange>>> {
  const sent = new Map<string, { stamp: string | null; curve: Points | null | undefined }>()

  async function changeOf({ pupil: { id }, space }: Seat): Promise<ThumbnailChange> {
    const before = sent.get(id) ?? { stamp: null, curve: undefined }
    const [stamp, curve] = [await stampOf(space), await curveOf(space)]
    sent.set(id, { stamp, curve })
    return {
      ...(stamp !== before.stamp && { lab: await pictureOf(space) }),
      ...(!dequal(curve, before.curve) && { curve }),
    }
  }
  return async (seats) => {
    const changes = await Promise.all(seats.map(async (seat) => [seat.pupil.id, await changeOf(seat)] as const))
    return Object.fromEntries(changes.filter(([, change]) => Object.keys(change).length > 0))
  }
}

/** Another one for another lab. */
async function stampOf({ drafts, runs }: Space): Promise<string> {
  const draft = await drafts.newest()
  return draft ? `draft ${draft.id} ${draft.time}` : `run ${runs.list().at(-1)?.id ?? '–'}`
}

async function pictureOf(space: Space): Promise<ThumbnailChange['lab'] & (object | null)> {
  try {
    const lab = await labOf(space)
    return lab && { title: lab.title, blocks: lab.graph.nodes.length, graph: outlineOf(lab.graph) }
  } catch {
    return { title: (await space.drafts.newest())?.title ?? '', blocks: 0, graph: null } // the pupil's page says why
  }
}
function outlineOf({ nodes, edges }: Graph): Graph | null {
  if (nodes.length > mostBlocks) return null
  return { nodes: nodes.map(({ id, kind, position }) => ({ id, kind, params: {}, position })), edges }
}
