/** Small pictures of pupils' screens: what is sent of them, and when. */
import { expect, it } from 'vitest'
import type { DraftSummary } from '@core/contract/draft'
import { firstModel } from '@core/graph/testing'
import type { LabDocument } from '@core/lab/document'
import type { Points } from '@core/series/series'
import { createThumbnails, screenOf, type Seat } from './thumbnails'

const lab = firstModel()
interface Desk {
  draft: { id: string; time: number; document: unknown } | null
  run: { id: string; lab: LabDocument; curve: Points } | null
}
/** `read` counts the drafts that were read. */
function seatOf(desk: Desk): Seat & { read: number } {
  const seat = {
    read: 0,
    pupil: { id: 'ada', name: 'Ada', key: '', joined: 0 },
    space: {
      drafts: {
        newest: () => Promise.resolve(desk.draft && ({ ...desk.draft, title: 'Draft' } as unknown as DraftSummary)),
        read: () => {
          seat.read++
          return Promise.resolve({ document: desk.draft?.document })
        },
      },
      runs: {
        list: () => {
          const { run } = desk
          const overview = () => Promise.resolve({ curve: run!.curve })
          return run ? [{ id: run.id, request: () => Promise.resolve({ lab: run.lab }), overview }] : []
        },
      },
    },
  }
  return seat as unknown as Seat & { read: number }
}
const curve = (...values: number[]): Points => ({
  steps: Int32Array.from(values, (_, index) => index + 1),
  values: Float32Array.from(values),
})

it('give everything first, then only what has changed', async () => {
  const desk: Desk = { draft: null, run: null }
  const seat = seatOf(desk)
  const changes = createThumbnails()
  expect(await changes([seat])).toEqual({ ada: { lab: null, curve: null } })
  expect(await changes([seat])).toEqual({})
  desk.draft = { id: 'one', time: 1, document: lab }
  expect(await changes([seat])).toMatchObject({ ada: { lab: { title: lab.title, blocks: lab.graph.nodes.length } } })
  desk.run = { id: 'r', lab, curve: curve(3, 2) }
  expect(await changes([seat])).toEqual({ ada: { curve: curve(3, 2) } })
  desk.run.curve = curve(3, 2)
  expect(await changes([seat])).toEqual({})
  expect(seat.read).toBe(1)
  desk.draft = { id: 'one', time: 2, document: { ...lab, title: 'Changed' } }
  expect(await changes([seat])).toMatchObject({ ada: { lab: { title: 'Changed' } } })
})

it('are of the last run where nothing is open', async () => {
  const seat = seatOf({ draft: null, run: { id: 'r', lab: { ...lab, title: 'Trained' }, curve: curve(1) } })
  expect(await createThumbnails()([seat])).toMatchObject({ ada: { lab: { title: 'Trained' }, curve: curve(1) } })
})

it('have blocks and wires, but no settings', async () => {
  const seat = seatOf({ draft: { id: 'one', time: 1, document: lab }, run: null })
  const { graph } = (await createThumbnails()([seat]))['ada']!.lab!
  expect(graph!.edges).toEqual(lab.graph.edges)
  expect(graph!.nodes).toEqual(lab.graph.nodes.map(({ id, kind, position }) => ({ id, kind, params: {}, position })))
})

it('of hundreds of blocks tell their number only', async () => {
  const nodes = Array.from({ length: 151 }, (_, index) => ({ ...lab.graph.nodes[0]!, id: `node-${index}` }))
  const seat = seatOf({ draft: { id: 'one', time: 1, document: { ...lab, graph: { nodes, edges: [] } } }, run: null })
  expect(await createThumbnails()([seat])).toMatchObject({ ada: { lab: { blocks: 151, graph: null } } })
})

it('of a lab that cannot be read have its title; the whole screen says why', async () => {
  const seat = seatOf({ draft: { id: 'one', time: 1, document: { title: 'Odd', graph: 'none' } }, run: null })
  expect(await createThumbnails()([seat])).toMatchObject({ ada: { lab: { title: 'Draft', blocks: 0, graph: null } } })
  await expect(screenOf(seat.space)).rejects.toMatchObject({ code: expect.stringMatching(/^lab\./) as string })
})
