/**
 * Limits of what a node reports about itself in numbers.
 */

/** How many values one label of a metric may have. Beyond: reported as `other`. */
export const METRIC_LABELS_MAX = 200;
/** What metrics need from the whole cluster is read no more often than this. */
export const METRICS_READ_MS_MIN = 1_000;
/** At most one part in so many of the time goes into reading it: if there is much to read, it is read less often. So half of what a scrape a second may take is left for the rest. */
export const METRICS_READ_SHARE = 400;
/** Quantiles of the event loop's delay cover the last seconds, between this many and twice as many. */
export const LOOP_WINDOW_MS = 10_000;
/** Time between two looks at how late the event loop is. */
export const LOOP_LOOK_MS = 100;
/** How work went is kept for the last hour, and for the last day, in so many steps of such a length. */
export const STATS_HOUR_STEP_MS = 60_000;
export const STATS_HOUR_STEPS = 60;
export const STATS_DAY_STEP_MS = 15 * 60_000;
export const STATS_DAY_STEPS = 96;
/** Numbers in a step, of 200 queues and types or so; further ones are added up as `other`. */
export const STATS_FIELDS_MAX = 2_000;
/** Numbers read in one go; the step that exceeds this is still read whole. */
export const STATS_READ_FIELDS = 1_000;
/** A node adds its sums so often, if it has any. */
export const STATS_ADD_MS = 5_000;
/** Numbers that are added in one go; the rest in the next. */
export const STATS_ADDED_MAX = 400;
/** Of so many routes a node keeps sums of their own; further ones are added up as `other`. */
export const STATS_ROUTES_MAX = 1_000;
