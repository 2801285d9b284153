/** Messages contain the display names of settings, choices and tasks, never their identifiers. Checks all error codes. */
import { describe, expect, it } from 'vitest'
import { blocks } from '../blocks'
import { LabError, toProblem, type ErrorCode, type Problem } from '../errors'
import { fieldsOf, type Field } from '../fields'
import { analyse } from '../graph/analyse'
import { firstModel } from '../graph/testing'
import { createTask, tasks } from '../tasks'
import { z } from 'zod'
import en from './en/errors.json'
import { format } from './format'
import { namedParams } from './names'

type Texts = { readonly [key: string]: string | Texts }
const files = import.meta.glob<Texts>('./{en,zh}/{blocks,tasks,errors}.json', { eager: true, import: 'default' })
const languages = ['en', 'zh'] as const
type Language = (typeof languages)[number]

function textAt(language: Language, path: string): string | undefined {
  const [file, ...keys] = path.split('.')
  const found = keys.reduce<string | Texts | undefined>(
    (inner, key) => (typeof inner === 'object' ? inner[key] : undefined),
    files[`./${language}/${file}.json`],
  )
  return typeof found === 'string' ? found : undefined
}
const sentence = (language: Language, problem: Pick<Problem, 'code' | 'params'>): string =>
  format(
    (files[`./${language}/errors.json`] as Record<string, string>)[problem.code]!,
    namedParams(problem, (path) => textAt(language, path)),
  )

const fieldsOfTask = (kind: string): Field[] => {
  const { params } = tasks.find((task) => task.kind === kind)!
  return params instanceof z.ZodObject ? fieldsOf(params) : []
}

/** Placeholders for identifiers that have a display name. */
const nameLike = ['task', 'param', 'parameter', 'setting', 'value', 'usual', 'choices', 'known', 'kind']
/** Exceptions by error code: placeholders that are not a setting, choice or task. */
const noNames: Readonly<Record<string, readonly string[]>> = {
  'graph.unknown-block': ['kind'], // of another version, without a name here
  'task.unknown': ['kind', 'known'], // as spelt in lab files
  'lab.unknown': ['known'], // lab ids, as typed
  'lab.missing': ['known'],
  'experiment.unknown': ['known'],
  'lesson.unknown': ['known'],
  'run.not-finite': ['value'], // ∞ or NaN
}

/** One sample per kind of message: names it must contain, and identifiers it must not. */
function samples(code: ErrorCode): { params: Problem['params']; shown: readonly string[]; hidden: readonly string[] }[] {
  if (code.startsWith('task.')) {
    const [task, parameter] = ['own-labels', 'separator']
    const paths = { task: `tasks.${task}.name`, parameter: `tasks.${task}.params.${parameter}.label` }
    const choices = fieldsOfTask(task).flatMap((field) =>
      field.name === parameter && field.type === 'choice' ? field.choices : [],
    )
    const has = (name: string): boolean => en[code].includes(`{${name}}`)
    return [
      {
        params: { task, parameter, choices: choices.join(', '), minimum: 1, maximum: 2 },
        shown: [
          ...(has('task') ? [paths.task] : []),
          ...(has('parameter') ? [paths.parameter] : []),
          ...(has('choices') ? choices.map((choice) => `tasks.${task}.params.${parameter}.choices.${choice}`) : []),
        ],
        hidden: [task, 'semicolon'],
      },
    ]
  }
  const mask = 'blocks.multi-head.params.mask'
  const given = { kind: 'multi-head', param: 'mask', node: 'attention', value: '"causal-window"', usual: '"none"' }
  switch (code) {
    case 'repair.use':
      return [{ params: given, shown: [`${mask}.choices.causal-window`], hidden: ['causal-window', '"'] }]
    case 'param.invalid':
      return [
        {
          params: given,
          shown: [`${mask}.label`, `${mask}.choices.causal-window`, `${mask}.choices.none`],
          hidden: ['causal-window', '"', '“mask”'],
        },
      ]
    case 'table.choose-column':
      return [
        ['own-classification', 'text'],
        ['own-classification', 'label'],
        ['own-labels', 'labels'],
        ['own-pairs', 'source'],
        ['own-pairs', 'target'],
      ].map(([task, setting]) => ({
        params: { setting: setting!, columns: 'a, b' },
        shown: [`tasks.${task}.params.${setting}.label`],
        hidden: [`“${setting}”`],
      }))
    case 'table.detected':
      return [
        {
          params: { columns: 'text: review, label: stars' },
          shown: ['tasks.own-classification.params.text.label', 'tasks.own-classification.params.label.label'],
          hidden: ['text: ', 'label: '],
        },
      ]
    default:
      return []
  }
}

const placeholders = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)
const codes = (Object.keys(en) as ErrorCode[]).filter((code) => {
  const rest = placeholders(en[code]).filter((name) => nameLike.includes(name) && !noNames[code]?.includes(name))
  return rest.length > 0 || code === 'table.detected'
})

describe.each(languages)('in %s', (language) => {
  it.each(codes)('%s names settings, choices and tasks', (code) => {
    const all = samples(code)
    expect(all.length, `no sample for ${code}`).toBeGreaterThan(0)
    for (const { params, shown, hidden } of all) {
      const said = sentence(language, { code, params })
      for (const path of shown) {
        const name = textAt(language, path)
        expect(name, path).toBeDefined()
        expect(said).toContain(name)
      }
      // English names may be equal to their identifiers.
      const names = shown.map((path) => textAt(language, path)).join(' ')
      for (const raw of hidden) if (!names.includes(raw)) expect(said).not.toContain(raw)
      expect(said).not.toMatch(/\{\w+\}/)
    }
  })

  it('every setting and choice of blocks and tasks has a display name', () => {
    for (const [area, kinds] of [
      ['blocks', blocks.map(({ kind, params }) => [kind, fieldsOf(params)] as const)],
      ['tasks', tasks.map(({ kind }) => [kind, fieldsOfTask(kind)] as const)],
    ] as const) {
      for (const [kind, fields] of kinds) {
        for (const field of fields) {
          const path = `${area}.${kind}.params.${field.name}`
          const choices = field.type === 'choice' ? field.choices.map((choice) => `${path}.choices.${choice}`) : []
          for (const each of [`${path}.label`, ...choices]) expect([each, textAt(language, each)]).not.toContain(undefined)
        }
      }
    }
  })
})

describe('an error', () => {
  it('identifies the owner of a setting: a block', () => {
    const model = firstModel()
    const nodes = model.graph.nodes.map((node) =>
      node.kind === 'position' ? { ...node, params: { ...node.params, method: 'spiral' } } : node,
    )
    const { spec } = createTask(model.task, null)
    const [problem] = analyse({ ...model, graph: { ...model.graph, nodes } }, spec.signature).problems
    expect(sentence('zh', problem!)).toContain('“方法”')
    expect(sentence('zh', problem!.repair!.label)).toMatch(/正弦|无|可学习/)
  })
  it('identifies the owner of a setting: a task', () => {
    const thrown = (params: Record<string, unknown>): string => {
      try {
        createTask({ kind: 'own-labels', params }, null)
      } catch (error) {
        if (error instanceof LabError) return sentence('zh', toProblem(error))
      }
      return ''
    }
    expect(thrown({ separator: 'dash' })).toContain(textAt('zh', 'tasks.own-labels.params.separator.choices.semicolon'))
    expect(thrown({ length: 1 })).toContain(textAt('zh', 'tasks.own-labels.params.length.label'))
    expect(thrown({ lenght: 1 })).toContain('lenght')
  })
})
