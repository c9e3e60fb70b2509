// What references use of the global `Buffer`.

type Encoding = 'latin1' | 'utf16le';

class BrowserBuffer extends Uint8Array {
  write(text: string, at: number, encoding: Encoding): number {
    const width = encoding === 'utf16le' ? 2 : 1;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      this[at + width * i] = code;
      if (width === 2) this[at + 2 * i + 1] = code >>> 8;
    }
    return width * text.length;
  }

  override toString(encoding?: Encoding, start = 0, end = this.length): string {
    const width = encoding === 'utf16le' ? 2 : 1;
    let text = '';
    for (let at = start; at < end; at += width) text += String.fromCharCode(width === 2 ? this[at]! | (this[at + 1]! << 8) : this[at]!);
    return text;
  }

  writeDoubleLE(value: number, at: number): number {
    this.#view.setFloat64(at, value, true);
    return at + 8;
  }

  readDoubleLE(at: number): number {
    return this.#view.getFloat64(at, true);
  }

  get #view(): DataView {
    return new DataView(this.buffer, this.byteOffset, this.byteLength);
  }
}

const alloc = (size: number) => new BrowserBuffer(size);

function from(source: string | ArrayBuffer | ArrayLike<number>, offset?: number | Encoding, length?: number): BrowserBuffer {
  if (source instanceof ArrayBuffer) return new BrowserBuffer(source, (offset as number | undefined) ?? 0, length);
  if (typeof source !== 'string') return new BrowserBuffer(source);
  const buffer = alloc(offset === 'utf16le' ? 2 * source.length : source.length);
  buffer.write(source, 0, offset as Encoding);
  return buffer;
}

(globalThis as { Buffer?: unknown }).Buffer ??= Object.assign(BrowserBuffer, { alloc, allocUnsafeSlow: alloc, from });

export {};
