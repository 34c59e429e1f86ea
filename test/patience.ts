// How long a test waits before it says that something hangs: the only bounds on time that tests have. No test passes or
// fails by how long something takes, for a machine may do much else meanwhile. So these are long: what would take a second
// alone takes twenty among a dozen other busy processes.

/** What a test waits for: a word, a process, an answer. In ms. */
export const HANG = 120_000;

/** A test, with what is done before and after it: longer, so that it is the wait within that tells what is missing. In ms. */
export const TEST_HANG = 300_000;

/** A test that does something a hundred thousand times, or builds and installs. In ms. */
export const LONG_TEST_HANG = 1_200_000;

/** A bond that is left by a test has so long to close by itself before it is killed, which is no failure. In ms. */
export const CLOSE_PATIENCE = 5000;
