/** The learner's data as text, whatever it was: a text file, Parquet, or a folder of texts. */
import { encodeUtf8 } from '@core/utf8'
import { isParquet, parquetLines } from './parquet'

/** The bytes of a text in some encoding. Throws LabError `parquet.…`. */
export async function asText<B extends Uint8Array>(bytes: B): Promise<B | Uint8Array<ArrayBuffer>> {
  return isParquet(bytes) ? encodeUtf8(await parquetLines(bytes)) : bytes
}
