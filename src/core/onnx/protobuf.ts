/** Writes the wire format of Protocol Buffers, as far as an ONNX model needs it. Fields are tag, then value. */

const wire = { varint: 0, bytes: 2, fixed32: 5 } as const

export class ProtobufWriter {
  #bytes = new Uint8Array(256)
  #length = 0

  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length)
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

  bytes(field: number, data: Uint8Array): this {
    this.#tag(field, wire.bytes).#varint(data.length).#reserve(data.length)
    this.#bytes.set(data, this.#length)
    this.#length += data.length
    return this
  }

  /** ASCII only, which is enough for names of operators and values. */
  text(field: number, text: string): this {
    this.#tag(field, wire.bytes).#varint(text.length).#reserve(text.length)
    for (let i = 0; i < text.length; i++) this.#bytes[this.#length++] = text.charCodeAt(i)
    return this
  }

  message(field: number, write: (writer: ProtobufWriter) => void): this {
    const inner = new ProtobufWriter()
    write(inner)
    return this.bytes(field, inner.#bytes.subarray(0, inner.#length))
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
