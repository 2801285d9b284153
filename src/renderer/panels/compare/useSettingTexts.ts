/** Names of settings and blocks of compared labs, and values of settings, in the current language. */
import { settingTexts } from '@core/report/setting-texts'
import { useReportTexts } from '../../locales/report'

export const useSettingTexts = () => settingTexts(useReportTexts())
