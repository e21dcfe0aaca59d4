/** The peer that the bench stands Hearsay beside. */
import manifest from "bullmq/package.json" with { type: "json" };

export { Job, Queue, QueueEvents, Worker } from "bullmq";
export const VERSION = manifest.version;
