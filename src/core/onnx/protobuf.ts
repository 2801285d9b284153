/** Writes the wire format of Protocol Buffers, as far as ONNX models and event files need it. Fields are tag, then value. */
import { encodeUtf8 } from '../utf8'

const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const
/** Longer bytes are not copied before the end. */
const short = 1024

export class ProtobufWriter {
  readonly #parts: Uint8Array[] = []
  /** Of all parts. */
  #before = 0
  /** What follows them. */
  #bytes = new Uint8Array(256)
  #length = 0

  get length(): number {
    return this.#before + this.#length
  }

  finish(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.length)
    let at = 0
    for (const part of this.#all()) {
      all.set(part, at)
      at += part.length
    }
    return all
  }

  /** An integer; a negative one takes ten bytes, its 64-bit two's complement. */
  integer(field: number, value: number): this {
    return this.#tag(field, wire.varint).#varint(value)
  }

  float(field: number, value: number): this {
    this.#tag(field, wire.fixed32).#reserve(4)
    new DataView(this.#bytes.buffer).setFloat32(this.#length, value, true)
    this.#length += 4
    return this
  }

  double(field: number, value: number): this {
    return this.#tag(field, wire.fixed64).#double(value)
  }

  /** A packed list. */
  doubles(field: number, values: Iterable<number>): this {
    const numbers = [...values]
    this.#tag(field, wire.bytes).#varint(8 * numbers.length)
    for (const value of numbers) this.#double(value)
    return this
  }

  /** Longer ones must not change before `finish`. */
  bytes(field: number, data: Uint8Array): this {
    this.#tag(field, wire.bytes).#varint(data.length)
    if (data.length > short) return this.#append([data])
    this.#reserve(data.length)
    this.#bytes.set(data, this.#length)
    this.#length += data.length
    return this
  }

  text(field: number, text: string): this {
    return this.bytes(field, encodeUtf8(text))
  }

  message(field: number, write: (writer: ProtobufWriter) => void): this {
    const inner = new ProtobufWriter()
    write(inner)
    if (inner.#parts.length === 0) return this.bytes(field, inner.#bytes.subarray(0, inner.#length))
    return this.#tag(field, wire.bytes).#varint(inner.length).#append(inner.#all())
  }

  #all(): readonly Uint8Array[] {
    return [...this.#parts, this.#bytes.subarray(0, this.#length)]
  }

  #append(parts: readonly Uint8Array[]): this {
    for (const part of [this.#bytes.subarray(0, this.#length), ...parts]) {
      this.#parts.push(part)
      this.#before += part.length
    }
    this.#bytes = new Uint8Array(256)
    this.#length = 0
    return this
  }

  #double(value: number): this {
    this.#reserve(8)
    new DataView(this.#bytes.buffer).setFloat64(this.#length, value, true)
    this.#length += 8
    return this
  }

  #tag(field: number, type: number): this {
    return this.#varint(field * 8 + type)
  }

  #varint(value: number): this {
    this.#reserve(10)
    // Seven bits per byte, lowest first. Numbers of more than 32 bits are rare, and negative.
    if (value >= 0 && value <= 0xffffffff) {
      let rest = value
      for (; rest > 127; rest = Math.floor(rest / 128)) this.#bytes[this.#length++] = (rest & 127) | 128
      this.#bytes[this.#length++] = rest
      return this
    }
    let rest = BigInt.asUintN(64, BigInt(value))
    for (; rest > 127n; rest >>= 7n) this.#bytes[this.#length++] = Number(rest & 127n) | 128
    this.#bytes[this.#length++] = Number(rest)
    return this
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return
    const larger = new Uint8Array(2 * (this.#length + count))
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
  }
}
