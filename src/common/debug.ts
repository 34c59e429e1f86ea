/**
 * Whether the environment says `BOND_DEBUG=1`: then every bond tells its conversation to standard error, and the place of
 * every call is kept, which takes a tenth of its time.
 */
export const IS_DEBUGGING = !['', '0'].includes(process.env.BOND_DEBUG ?? '');
