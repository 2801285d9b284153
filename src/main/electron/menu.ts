/** The native menu. Its commands have the page's own names; the page performs them. */
import { Menu, type MenuItemConstructorOptions } from 'electron'
import type { Texts } from '../texts'

type Label = keyof Texts['menu']

/** `perform` receives the name of a command of the page. */
export function showMenu({ menu }: Texts, developer: boolean, perform: (command: string) => void): void {
  // The page listens for these keys itself and knows when a text field wants them; on a Mac they always belong to the menu.
  const command = (label: Label, name: string, accelerator?: string): MenuItemConstructorOptions => ({
    label: menu[label],
    click: () => perform(name),
    ...(accelerator !== undefined && { accelerator, registerAccelerator: false }),
  })
  const role = (label: Label, name: NonNullable<MenuItemConstructorOptions['role']>): MenuItemConstructorOptions => ({
    label: menu[label],
    role: name,
  })
  const separator: MenuItemConstructorOptions = { type: 'separator' }

  const file = [
    command('new', 'file.new', 'CmdOrCtrl+N'),
    command('open', 'file.open', 'CmdOrCtrl+O'),
    command('gallery', 'file.gallery'),
    separator,
    command('save', 'file.save', 'CmdOrCtrl+S'),
    command('saveAs', 'file.saveAs', 'CmdOrCtrl+Shift+S'),
    separator,
    role('close', 'close'),
    role('quit', 'quit'),
  ]
  const edit = [
    command('undo', 'edit.undo', 'CmdOrCtrl+Z'),
    command('redo', 'edit.redo', 'CmdOrCtrl+Shift+Z'),
    separator,
    role('cut', 'cut'),
    role('copy', 'copy'),
    role('paste', 'paste'),
    separator,
    command('duplicate', 'edit.duplicate', 'CmdOrCtrl+D'),
    command('delete', 'edit.delete'),
    command('selectAll', 'edit.selectAll'),
  ]
  const view = [
    command('palette', 'view.palette', 'CmdOrCtrl+K'),
    separator,
    command('fit', 'view.fit'),
    command('tidy', 'view.tidy'),
    command('projector', 'view.projector'),
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
