// @vitest-environment happy-dom
/** Error sentences use the names of blocks and axes as on the canvas, in the current language. */
import { mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it } from 'vitest'
import { h } from 'vue'
import type { Problem } from '@core/errors'
import { firstModel } from '@core/graph/testing'
import { useFiles } from '../stores/files'
import { fakeHost } from '../testing/fake-host'
import { i18n } from './index'
import { useProblem } from './problems'

describe('useProblem', () => {
  beforeEach(() => void fakeHost())

  function sentence(problem: Pick<Problem, 'code' | 'params'>, language: 'en' | 'zh'): string {
    i18n.global.locale.value = language
    const page = mount(
      {
        setup() {
          useFiles().open(firstModel())
          const text = useProblem()(problem)
          return () => h('p', text)
        },
      },
      { global: { plugins: [i18n] } },
    )
    return page.text()
  }

  const wrongAxes = {
    code: 'graph.wrong-axes',
    params: { node: 'classifier', port: 'x', wanted: 'batch × token × feature', source: 'tokens', given: 'batch × token' },
  } as const

  it('replaces ids by the names of blocks and axes', () => {
    expect(sentence(wrongAxes, 'en')).toContain('The input “x” of “Classifier” expects batch × token × feature')
    expect(sentence(wrongAxes, 'zh')).toContain('“分类器”的输入“x”需要 批次 × 词元 × 特征，而“词元”的输出是 批次 × 词元')
  })

  it('leaves other parameters unchanged', () => {
    expect(sentence({ code: 'run.gate-size', params: { gate: 'a/b', wanted: 4, given: 2 } }, 'en')).toContain('4')
    expect(sentence({ code: 'graph.unknown-node', params: { node: 'ghost' } }, 'en')).toContain('“ghost”')
  })
})
