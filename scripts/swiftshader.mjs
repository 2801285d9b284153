/** A Vulkan device in software, to test the graphics engine where there is no hardware: SwiftShader, which Chromium brings along. */
import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

const driver = 'vk_swiftshader_icd.json'

/** Whether Linux has a graphics processor of its own. */
function hasHardware() {
  const nodes = existsSync('/dev/dri') ? readdirSync('/dev/dri') : []
  return nodes.some((name) => name.startsWith('renderD')) || existsSync('/dev/nvidia0')
}

/**
 * The environment in which a process finds a graphics processor: empty if the system has one, that of SwiftShader otherwise, null if there is
 * neither. On systems other than Linux it is not known before one tries, so it is empty.
 * @param {readonly string[]} chromiums paths of programs or folders
 * @returns {Record<string, string> | null}
 */
export function gpuEnvironment(chromiums = []) {
  if (process.platform !== 'linux' || hasHardware()) return {}
  const programs = chromiums.filter((path) => existsSync(path)).map((path) => dirname(realpathSync(path)))
  const folder = [...programs, '/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'].find((path) =>
    [driver, 'libvulkan.so.1'].every((file) => existsSync(join(path, file))),
  )
  if (!folder) return null
  const libraries = [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter)
  return { VK_ICD_FILENAMES: join(folder, driver), LD_LIBRARY_PATH: libraries }
}
