/**
 * Limits of running tasks, and of the threads that run them.
 */

/**
 * With one pulse a node reports so many attempts whose code began; the rest follow with
 * the next ones.
 */
export const BEGUN_TOLD_MAX = 256;
/** Younger attempts are usually over before the next pulse, and not reported. */
export const BEGUN_TOLD_MS = 100;
/** Crashes of the worker that ran a task. The last one ends the task FAILURE `crashed`: it is poison. */
export const CRASHES_MAX = 3;
/** Losses of its node after which a task runs in a process of its own: it may be the cause. */
export const LOSSES_SHARED_MAX = 2;
/**
 * Losses of a node that ran nothing but this task, in a process of its own. The last one
 * ends the task FAILURE `crashed`.
 */
export const LOSSES_ALONE_MAX = 2;
/** A thrown error's own `code` longer than this is replaced by `failed`. */
export const ERROR_CODE_CHARS_MAX = 64;
/** Lines that one run of a task may log; a last line says that more were dropped. */
export const TASK_LOG_LINES_MAX = 100;
/** A longer line that a task logs is cut. */
export const TASK_LOG_LINE_CHARS_MAX = 1_000;
/** A worker thread whose heap outgrows this dies, and what it ran has crashed. */
export const WORKER_HEAP_MIB_MAX = 512;
/** Handlers that take longer to load stop the node from starting. */
export const HANDLERS_LOAD_MS = 15_000;
/**
 * While no thread can load its handlers, one is tried this often, and sooner at first.
 * Until then tasks run in threads that have loaded, or wait.
 */
export const THREAD_RETRY_MS_MAX = 5_000;
/**
 * A worker that is still there so long after it was ended by force is in a call that
 * nothing ends: its tasks end without it.
 */
export const LEFT_BEHIND_MS = 1_000;
/**
 * So long after that order it is not just slow to go on a busy machine: tasks of its type
 * run in processes of their own from then on, which can always be ended.
 */
export const BLOCKED_MS = 5_000;
/** How often a thread with work is asked for a sign of life. */
export const PING_MS = 250;
/** A thread is given no more tasks once it has been silent for this long. */
export const SPIN_MS = 1_000;
/** Threads started in place of silent ones. Beyond: tasks queue at silent ones. */
export const SPARE_THREADS_MAX = 4;
/** Work that one thread is given before another one is woken for the next job. */
export const THREAD_WORK_MS = 2;
/** Suspects that run at once, each in a thread of its own. Beyond: they wait. */
export const ALONE_THREADS_MAX = 8;
/** Tasks that run at once in processes of their own. Beyond: they wait, in the slots that they have. */
export const PROCESSES_MAX = 8;
/**
 * Once a node has died, the others keep so many processes ready for tasks that have to
 * run in their own. As a rule no more such tasks come to one node at once, and each
 * process takes 60 MB. Beyond: a task waits until its own has started.
 */
export const SPARE_PROCESSES_MAX = 3;
/** They are started one after the other, each this much later, so that interrupted tasks run again first. */
export const SPARE_PROCESS_AFTER_MS = 250;
/**
 * The processes kept ready are ended if no node has died for so long. If the system ends
 * one, none takes its place for as long.
 */
export const SPARE_PROCESS_IDLE_MS = 60_000;
/** How often a process that runs one task hears from its node. */
export const NODE_LIVES_MS = 1_000;
/**
 * A process that runs one task ends, with all that it has started, once its node has been
 * silent for this long: the node may be frozen, and its lease has expired.
 */
export const ORPHANED_MS = 5_000;
/** A node without any task for so long ends its threads, except one that stays warm. */
export const THREADS_IDLE_MS = 30_000;
/** How long the built-in `process_task` takes if neither task nor node says; and the most that a node may say. */
export const PROCESS_TASK_MS = 5_000;
export const PROCESS_TASK_MS_MAX = 24 * 60 * 60 * 1_000;
/** For how long a session is told about each attempt that it is to stop, and about how many in one pulse. */
export const MARK_KEPT_MS = 30_000;
export const MARKS_TOLD_MAX = 64;
/** The longest reason for a cancel. Longer: 400. */
export const REASON_CHARS_MAX = 500;
