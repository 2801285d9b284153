/** What a model is asked on the command line, and how it answers: one kind of prediction after another. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { lab } from '@core/graph/testing'
import type { LabDocument } from '@core/lab/document'
import { nodeSurroundings } from '../engine/surroundings'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
