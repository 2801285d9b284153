/** Writes the wire format of Protocol Buffers: the little of it that an ONNX model needs. Fields are tag, then value. */

const wire = { varint: 0, bytes: 2, fixed32: 5 } as const

export class ProtobufWriter {
  #bytes = new Uint8Array(256)
  #length = 0

  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length)
  }

  /** A whole number; a negative one takes the ten bytes of its 64-bit two's complement. */
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

  /** ASCII, which is all that names of operators and values are made of. */
  text(field: number, text: string): this {
    return this.bytes(
      field,
      Uint8Array.from(text, (character) => character.charCodeAt(0)),
    )
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
    let rest = BigInt.asUintN(64, BigInt(value))
    this.#reserve(10)
    do {
      const more = rest > 127n
      this.#bytes[this.#length++] = Number(rest & 127n) | (more ? 128 : 0)
      rest >>= 7n
    } while (rest > 0n)
    return this
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return
    const larger = new Uint8Array(2 * (this.#length + count))
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
  }
}
