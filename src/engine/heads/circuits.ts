/** The circuits of a head of a model, and its copying score. */
import { mostCircuitTokens, type Circuit, type HeadCircuits, type HeadRef } from '@core/contract/heads'
import { LabError } from '@core/errors'
import { headBlockOf, type HeadAbsence } from '@core/heads/blocks'
import { betweenTokens, outputValueCircuit, queryKeyCircuit } from '@core/heads/circuits'
import { copying } from '@core/heads/copying'
import { outputValueOf, queryKeyOf, type WeightOf } from '@core/heads/head-matrices'
import { pick, type Matrix } from '@core/heads/matrix'
import { sequenceOf } from '@core/graph/sequences'
import type { GraphNode } from '@core/lab/document'
import type { Model } from '../model'
import type { Subject } from '../training'
import { expandedGraph, scoredBlocks } from './scored-blocks'

/** Limits of what is computed here: multiplications for one head, and the width of its values, whose cube the eigenvalues take. */
const mostMultiplications = 1e9
const mostWidth = 256

/** Throws LabError `run.unknown-head` for a head that the model does not have. */
export function headCircuits(subject: Subject, { block, head }: HeadRef): HeadCircuits {
  const { model, task } = subject
  const found = scoredBlocks(model).find(({ node }) => node.id === block)
  if (!found || head >= found.heads) throw new LabError('run.unknown-head', { block, head: head + 1 })
  const { node } = found
  const graph = expandedGraph(model)
  const weightOf = weightsOf(model)
  const [read, memory] = vocabularies(subject, node)

  const queryKey = queryKeyOf(graph, node, head, weightOf)
  const outputValue = outputValueOf(graph, node, head, weightOf)
  return {
    step: model.step,
    queryKey:
      typeof queryKey === 'string'
        ? queryKey
        : cut(queryKey.queryEmbedding.rows, queryKey.keyEmbedding.rows, read, memory, (rows, columns) =>
            queryKeyCircuit({
              ...queryKey,
              queryEmbedding: pick(queryKey.queryEmbedding, 'rows', rows),
              keyEmbedding: pick(queryKey.keyEmbedding, 'rows', columns),
            }),
          ),
    outputValue:
      typeof outputValue === 'string'
        ? outputValue
        : cut(outputValue.embedding.rows, outputValue.unembedding.columns, memory, task.spec.classes, (rows, columns) =>
            outputValueCircuit(betweenTokens(outputValue, rows, columns)),
          ),
  }
}

/** The copying score of a head, over the tokens that are also classes; or why it has none. */
export function copyingOf(subject: Subject, node: GraphNode, head: number): number | HeadAbsence {
  const { model, task } = subject
  const circuit = outputValueOf(expandedGraph(model), node, head, weightsOf(model))
  if (typeof circuit === 'string') return circuit
  const [, memory] = vocabularies(subject, node)
  const classOf = new Map(task.spec.classes.map((text, id) => [text, id]))
  const shared = memory.flatMap((text, id) => {
    const predicted = classOf.get(text)
    return predicted === undefined ? [] : [{ id, predicted }]
  })
  if (shared.length < 2) return 'other-tokens'
  const { rows: width, columns: features } = circuit.output
  if (width > mostWidth || shared.length * features * width > mostMultiplications) return 'too-large'
  const between = betweenTokens(
    circuit,
    shared.map(({ id }) => id),
    shared.map(({ predicted }) => predicted),
  )
  return copying(between.embedding, between.value, between.output, between.unembedding) ?? 'no-eigenvalues'
}

/** Token texts by id of the queries' sequence and of the keys'. */
function vocabularies({ model, task }: Subject, node: GraphNode): [readonly string[], readonly string[]] {
  const document = { ...model.lab, graph: expandedGraph(model) }
  const of = (port: string): readonly string[] => {
    const { tokeniser, source } = task.spec
    return (sequenceOf(document, node.id, port) === 'source' ? source : tokeniser)?.vocabulary ?? []
  }
  return [of('x'), of(headBlockOf(node)!.memory)]
}

/** A circuit between the first tokens of both vocabularies. */
function cut(
  rowsInAll: number,
  columnsInAll: number,
  rowTexts: readonly string[],
  columnTexts: readonly string[],
  compute: (rows: readonly number[], columns: readonly number[]) => Matrix,
): Circuit {
  const first = (count: number): number[] => Array.from({ length: Math.min(count, mostCircuitTokens) }, (_, id) => id)
  const [rows, columns] = [first(rowsInAll), first(columnsInAll)]
  return {
    data: Float32Array.from(compute(rows, columns).data),
    rows: rows.map((id) => rowTexts[id] ?? ''),
    columns: columns.map((id) => columnTexts[id] ?? ''),
    rowsInAll,
    columnsInAll,
  }
}

function weightsOf({ weights, states }: Model): WeightOf {
  const shapes = new Map(weights.map(({ name, value }) => [name, value.shape]))
  return (name) => {
    const shape = shapes.get(name)
    const data = shape && states.read([name]).get(name)
    return shape && data ? { shape, data } : null
  }
}
