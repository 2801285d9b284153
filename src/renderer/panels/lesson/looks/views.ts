/** One component for each view that a lesson can show. */
import type { Component } from 'vue'
import type { LookView } from '@core/lessons/format'
import WeightsTab from '../../../inspectors/WeightsTab.vue'
import ShapeList from '../../../inspectors/ShapeList.vue'
import ArithmeticLook from './ArithmeticLook.vue'
import AttentionLook from './AttentionLook.vue'
import CurveLook from './CurveLook.vue'
import SamplesLook from './SamplesLook.vue'

export const lookViews: { readonly [V in LookView]: Component } = {
  attention: AttentionLook,
  arithmetic: ArithmeticLook,
  curve: CurveLook,
  samples: SamplesLook,
  weights: WeightsTab,
  shapes: ShapeList,
}
