// What is sent.

/** Prose with what prose has: lines, quotes, and a letter beyond ASCII now and then. */
export function text(bytes: number): string {
  const sentence = 'It was a "dark" and stormy night; the rain fell in torrents, except at occasional intervals.\n';
  const page = `${sentence.repeat(9)}À bientôt, said the façade of the café, and nothing more was heard of it for a while.\n`;
  return page.repeat(Math.ceil(bytes / page.length)).slice(0, bytes);
}

/** Bytes of every value, which are no text in any language. */
export function bytes(length: number): Uint8Array {
  return new Uint8Array(
    Buffer.alloc(
      length,
      Uint8Array.from({ length: 256 }, (_, byte) => byte),
    ).buffer,
  );
}

/** Numbers of so many bytes. */
export function numbers(length: number): Float64Array {
  return new Float64Array(length / 8).map((_, index) => index / 7);
}

export function octets({ buffer, byteOffset, byteLength }: Uint8Array | Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Rows as they come out of a table. */
export function records(count: number): object[] {
  return Array.from({ length: count }, (_, i) => ({ id: i, name: `name ${i}`, price: i + 0.25, active: i % 2 === 0 }));
}
