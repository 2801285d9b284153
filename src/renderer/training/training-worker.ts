/** Worker that trains one lab with TensorFlow.js, without a host and without checkpoints. */
import { toProblem } from '@core/errors'
import { readLab } from '@core/lab/read'
import { createTfjsExecutor } from '@engine/tfjs/executor'
import { Trainer } from '@engine/trainer'
import type { TrainerListener } from '@engine/trainer-listener'
import { createTraining } from '@engine/training'
import type { TrainingNews, TrainingRequest } from './messages'
import { threadSurroundings } from './surroundings'
import { wasmFiles } from './wasm-files'

const tell = (news: TrainingNews): void => postMessage(news)

async function train({ lab, data }: TrainingRequest): Promise<void> {
  const listener: TrainerListener = {
    status({ state, problem }) {
      if (state === 'failed' && problem) tell({ kind: 'problem', problem })
      if (state === 'failed' || state === 'finished') void trainer.end()
    },
    step: (step, { loss }) => tell({ kind: 'step', step, loss }),
    evaluation: () => undefined,
    summary: (summary) => tell({ kind: 'summary', summary }),
  }
  const training = createTraining(await createTfjsExecutor(wasmFiles), readLab(lab), data)
  const trainer = new Trainer(training, { surroundings: threadSurroundings, storage: null, paused: false, listener })
  await trainer.run()
}

addEventListener(
  'message',
  ({ data }: MessageEvent<TrainingRequest>) => {
    train(data).catch((error: unknown) => tell({ kind: 'problem', problem: toProblem(error) }))
  },
  { once: true },
)
