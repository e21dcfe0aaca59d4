/**
 * Limits of finding tasks among many. A list is made in steps, each of which holds the
 * store only for a moment; what a step has not found by then is left to the next.
 */

/** Commands that one step runs to find out where the next tasks are, and as many again to look at them. */
export const FIND_LOOKS_MAX = 160;
/**
 * If many routes have waiting tasks, it takes many steps to find out which come next. So
 * many are found out at once, and so many of them in each step.
 */
export const FIND_FOUND_MAX = 16_384;
export const FIND_CUT_MAX = 1_024;
/** A step looks at no more tasks once their texts exceed this. */
export const FIND_BYTES_MAX = 128 * 1024;
/**
 * Nor once so much was searched for a text, times what is looked for. A long text is
 * searched in several steps, so much in each.
 */
export const FIND_SEARCH_BYTES_MAX = 128 * 1024;
export const FIND_SPAN_BYTES = 16 * 1024;
/** Members of sorted sets that one step reads in vain, since their tasks stand there under another number. */
export const FIND_WALK_MAX = 300;
/**
 * A run of at least so many consecutive places that had only such tasks is passed over at
 * once; of so many runs, those that came last.
 */
export const LATE_RUN_MIN = 8;
export const LATE_RUNS_MAX = 10_000;
/** Steps of one request. Beyond: it is answered with what was found, and a cursor to go on with. */
export const FIND_STEPS_MAX = 512;
/** Steps of one request that follow one another at once. Then it leaves the store as much time as it has taken. */
export const FIND_STEPS_AT_ONCE = 16;
/** Shards in which one request looks at the same time. */
export const FIND_SHARDS_MAX = 4;
/** The longest text to look for. Longer: 400. */
export const FIND_TEXT_CHARS_MAX = 200;
/** The same in JSON, where each may take so many bytes. */
export const FIND_TEXT_BYTES_MAX = 6 * FIND_TEXT_CHARS_MAX;
/** Tasks may be numbered so much later than they were created, if many came at once. */
export const FIND_AHEAD_MS = 30_000;
/** A request goes on searching no longer than this. Beyond: as beyond its steps. */
export const FIND_MS_MAX = 2_000;
/** Tags that a filter may ask for. More: 400. */
export const FIND_TAGS_MAX = 16;
/** Tasks that an operation on many tasks handles at once. */
export const BULK_BATCH_MAX = 32;
/** A request that does something to many tasks ends after this, with a cursor to go on with. */
export const BULK_MS_MAX = 20_000;
/** A node works on so many such requests; so many more wait. Beyond: 503 `overloaded`. */
export const BULKS_MAX = 1;
export const BULKS_WAITING_MAX = 8;
/** The highest `limit` of such a request. Higher: 400. */
export const BULK_LIMIT_MAX = 1_000_000_000;
