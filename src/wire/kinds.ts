/** Every message ends with it, and so does all that has a mark. */
export const NEWLINE = 0x0a;

// What may stand behind a mark.
/** The message, or its last piece: a space. */
export const LAST_PIECE = 0x20;
/** `+`: a piece of a message, and more come. */
export const MORE_PIECES = 0x2b;
/** `=`: the length of a message that comes by the way for long ones. */
export const ANNOUNCEMENT = 0x3d;
/** `!`: takes back what has begun. */
export const ABANDONMENT = 0x21;
/** `*`: the number and the length of a block of bytes. */
export const BLOCK = 0x2a;
/** `#`: the length of a piece of that; the bytes stand behind it. */
export const BLOCK_PIECE = 0x23;
/** `@`: as `*`, and it comes by the way for long messages. */
export const ANNOUNCED_BLOCK = 0x40;

const KINDS = [LAST_PIECE, MORE_PIECES, ANNOUNCEMENT, ABANDONMENT, BLOCK, BLOCK_PIECE, ANNOUNCED_BLOCK];

/** Whether a byte makes a mark in front of it one: in output, anything may stand behind its text. */
export function isKind(byte: number | undefined): byte is number {
  return byte !== undefined && KINDS.includes(byte);
}

/** The length that a text says; 0 if it says none. */
export function lengthIn(text: string): number {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : 0;
}
