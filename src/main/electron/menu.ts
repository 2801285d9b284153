/** The native menu. Its actions have the ids and labels of the page's actions; the page performs them. */
import { Menu, type MenuItemConstructorOptions } from 'electron'
import type { Texts } from '../texts'

type Label = keyof Texts['menu']

/** `perform` receives the id of an action of the page. */
export function showMenu({ menu, commands }: Texts, developer: boolean, perform: (id: string) => void): void {
  // The page handles these keys itself, as it knows when a text field needs them; on a Mac they always belong to the menu.
  const action = (id: keyof Texts['commands'], accelerator?: string): MenuItemConstructorOptions => ({
    label: commands[id],
    click: () => perform(id),
    ...(accelerator !== undefined && { accelerator, registerAccelerator: false }),
  })
  const role = (label: Label, name: NonNullable<MenuItemConstructorOptions['role']>): MenuItemConstructorOptions => ({
    label: menu[label],
    role: name,
  })
  const separator: MenuItemConstructorOptions = { type: 'separator' }

  const file = [
    action('file.new', 'CmdOrCtrl+N'),
    action('file.open', 'CmdOrCtrl+O'),
    action('file.gallery'),
    separator,
    action('file.save', 'CmdOrCtrl+S'),
    action('file.saveAs', 'CmdOrCtrl+Shift+S'),
    action('file.import'),
    action('file.export'),
    separator,
    role('close', 'close'),
    role('quit', 'quit'),
  ]
  const edit = [
    action('edit.undo', 'CmdOrCtrl+Z'),
    action('edit.redo', 'CmdOrCtrl+Shift+Z'),
    separator,
    role('cut', 'cut'),
    role('copy', 'copy'),
    role('paste', 'paste'),
    separator,
    action('edit.duplicate', 'CmdOrCtrl+D'),
    action('edit.delete'),
    action('edit.selectAll'),
  ]
  const view = [
    action('view.palette', 'CmdOrCtrl+K'),
    separator,
    action('view.fit'),
    action('view.tidy'),
    action('view.worth'),
    action('view.patch'),
    action('view.projector'),
    separator,
    role('larger', 'zoomIn'),
    role('smaller', 'zoomOut'),
    role('actualSize', 'resetZoom'),
    role('fullScreen', 'togglefullscreen'),
    ...(developer ? [role('developerTools', 'toggleDevTools')] : []),
  ]
  const applicationMenu: MenuItemConstructorOptions[] = process.platform === 'darwin' ? [{ role: 'appMenu' }] : []
  const menus = { file, edit, view }
  const template = (Object.keys(menus) as (keyof typeof menus)[]).map((label) => ({
    label: menu[label],
    submenu: menus[label],
  }))
  Menu.setApplicationMenu(Menu.buildFromTemplate([...applicationMenu, ...template]))
}
