/** The other side has broken the rules of the conversation, and is to be ended. */
export class Violation extends Error {}

/** It sends more than one message may hold. */
export class TooLong extends Error {}
