/** Limits of what a node tells of itself in numbers. */

/** Values that one label of a metric may have; what comes after them is told as `other`. */
export const METRIC_LABELS_MAX = 200;
/** What is read of the whole cluster for metrics is read no more often than this. */
export const METRICS_READ_MS_MIN = 1_000;
/** To read it takes no more than one in so many moments: where there is much to read, it is read less often. */
export const METRICS_READ_SHARE = 200;
/** Quantiles of the event loop's delay are of the last seconds, between so many and twice as many. */
export const LOOP_WINDOW_MS = 10_000;
/** Between two looks at how late the event loop is. */
export const LOOP_LOOK_MS = 20;
