/**
 * Every lesson of the course, in both languages: each task is done by "do it for me", each question answered wrong and then right, and on
 * every screen nothing is clipped, no rule of accessibility is broken and nothing is logged as an error.
 */
import { readdir } from 'node:fs/promises'
import { test } from './fixtures'
import { factsOf, folder, isSound, openLesson, piecesOnScreen, play } from './lessons'

const lessons = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name)

/** A third of the lessons each, so that several workers can share them. */
const parts = [0, 1, 2].map((part) => lessons.filter((_, index) => index % 3 === part))

for (const language of ['en', 'zh'] as const) {
  for (const [part, ids] of parts.entries()) {
    test(`every lesson can be played in ${language === 'en' ? 'English' : 'Chinese'}, part ${part + 1}`, async ({ app }) => {
      test.setTimeout(60_000 * ids.length)
      const { page, errors } = app
      await page.setViewportSize({ width: 1280, height: 720 })
      await page.emulateMedia({ reducedMotion: 'reduce' })
      await page.getByTestId(`language-${language}`).last().click() // that of the gallery, which lies above
      for (const id of ids) {
        await test.step(id, async () => {
          await openLesson(page, id)
          const { pieces } = await factsOf(id)
          let isFirst = true
          for (let last = false; !last;) {
            for (const piece of await piecesOnScreen(page)) await play(page, piece, pieces[piece]!)
            // The rules concern structure and colours, which do not depend on the language.
            await isSound(page, errors, isFirst ? 'page' : language === 'en' ? 'lesson' : null)
            isFirst = false
            last = !(await page.getByTestId('lesson-next').isVisible())
            if (!last) await page.getByTestId('lesson-next').click()
          }
        })
      }
    })
  }
}
