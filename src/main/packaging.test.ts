/** What the installers' configuration says about safety, in words that electron-builder knows. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'

const configuration = (): Promise<string> => readFile(resolve(import.meta.dirname, '../../electron-builder.yml'), 'utf8')

it('turns off what would run other code in the application', async () => {
  const fuses = /^electronFuses:\n((?: {2}.*\n)+)/m.exec(await configuration())?.[1] ?? ''
  const set: Record<string, string | undefined> = {}
  for (const [, name, value] of fuses.matchAll(/^ {2}(\w+): (true|false)$/gm)) set[name!] = value
  expect(set).toEqual({
    runAsNode: 'false',
    enableNodeOptionsEnvironmentVariable: 'false',
    enableNodeCliInspectArguments: 'false',
    enableEmbeddedAsarIntegrityValidation: 'true',
    onlyLoadAppFromAsar: 'true',
    enableCookieEncryption: 'false',
    grantFileProtocolExtraPrivileges: 'false',
  })
})

it('packs the application as one archive, with the notices beside it', async () => {
  const text = await configuration()
  expect(text).toMatch(/^asar: true$/m)
  expect(text).toMatch(/^extraFiles:\n {2}- from: out\/renderer\/notices\.txt\n {4}to: THIRD-PARTY-NOTICES\.txt$/m)
})

it('makes what a school needs: per user, silent for all, Group Policy, portable, a folder for a stick', async () => {
  const text = await configuration()
  for (const target of ['nsis', 'portable', 'msi', 'zip', 'dmg'])
    expect(text).toMatch(new RegExp(`^ {4}- target: ${target}$`, 'm'))
  expect(text).toMatch(/^ {2}target: \[AppImage, deb\]$/m)
  expect(text).toMatch(/^nsis:\n( .*\n)* {2}oneClick: false\n {2}perMachine: false$/m) // so that /allusers decides
})

it('holds no secret and no name of a certificate: signing takes all of it from the environment', async () => {
  expect(await configuration()).not.toMatch(
    /^\s*(cscLink|cscKeyPassword|certificateFile|certificatePassword|certificateSubjectName|certificateSha1|identity):/m,
  )
})
