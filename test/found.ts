import { MessageSplitter } from '../src/wire/message-splitter.js';

/** What a splitter has found. */
export interface Found {
  output: string;
  readonly messages: string[];
  tooLong: number;
}

/** A splitter that adds up what it finds; there is no second way for long messages. */
export function splitterInto(found: Found, mark: string, maxBytes: number): MessageSplitter {
  return new MessageSplitter(mark, maxBytes, {
    output: (chunk) => {
      found.output += chunk.toString('latin1');
    },
    message: (text) => found.messages.push(text),
    tooLong: () => found.tooLong++,
    awaitBulk: () => {},
    tooMuchBehind: () => {},
  });
}
