/**
 * Every limit of the system, by subject, with what happens when it is reached. Sizes are
 * bytes of UTF-8 and times are milliseconds unless a name says otherwise. See
 * `limit-relations.ts`.
 */
export * from "./limits/access.ts";
export * from "./limits/attempts.ts";
export * from "./limits/batch.ts";
export * from "./limits/cli.ts";
export * from "./limits/cloud.ts";
export * from "./limits/events.ts";
export * from "./limits/find.ts";
export * from "./limits/gossip.ts";
export * from "./limits/http.ts";
export * from "./limits/lease.ts";
export * from "./limits/live.ts";
export * from "./limits/node.ts";
export * from "./limits/numbers.ts";
export * from "./limits/running.ts";
export * from "./limits/task.ts";
export * from "./limits/times.ts";
