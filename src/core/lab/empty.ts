/** An empty lab. */
import { training, type LabDocument } from './document'

export const emptyLab = (title: LabDocument['title']): LabDocument => ({
  format: 'attention-lab',
  version: 1,
  title,
  summary: '',
  task: { kind: 'reverse', params: {} },
  graph: { nodes: [], edges: [] },
  training: training.parse({}),
})
