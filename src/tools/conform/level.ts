/** How much a driver can do, from little to all: each level has what those before it have. */
export const LEVELS = ['speaks', 'streams', 'interrupts', 'refers', 'carries everything'] as const;
export type Level = (typeof LEVELS)[number];
