/**
 * The seams between the engine and the world.
 *
 * Actors know these interfaces and `protocol/`, and nothing else: no library, no clock,
 * no environment. Adapters implement them (`store/`, `gossip/`, `executor/`, `http/`,
 * `world/`), and so do the fakes in `test/`, which is why a whole cluster can run in one
 * process on virtual time. Every port that has a fake has a contract suite, which the
 * real implementation and the fake both pass.
 */
export type * from "./ports/access.ts";
export type * from "./ports/api.ts";
export type * from "./ports/cluster-api.ts";
export type * from "./ports/event-api.ts";
export type * from "./ports/executor.ts";
export type * from "./ports/generations.ts";
export type * from "./ports/gossip.ts";
export type * from "./ports/live-api.ts";
export type * from "./ports/machine.ts";
export type * from "./ports/meter.ts";
export type * from "./ports/node-name.ts";
export type * from "./ports/node-record.ts";
export type * from "./ports/store.ts";
export type * from "./ports/store-access.ts";
export type * from "./ports/store-claim.ts";
export * from "./ports/store-error.ts";
export type * from "./ports/store-events.ts";
export type * from "./ports/store-list.ts";
export type * from "./ports/store-live.ts";
export type * from "./ports/store-opening.ts";
export type * from "./ports/store-overview.ts";
export type * from "./ports/store-pulse.ts";
export type * from "./ports/store-sessions.ts";
export type * from "./ports/store-stats.ts";
export type * from "./ports/store-tasks.ts";
export type * from "./ports/store-wishes.ts";
export type * from "./ports/world.ts";
