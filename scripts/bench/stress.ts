/** Hearsay under stress: task code that computes on and on, and a Redis that is far away or slow. */
import type { Measure } from "./measure.ts";
import { farRedis } from "./stress-far-redis.ts";
import { slowDisk } from "./stress-slow-disk.ts";
import { spin } from "./stress-spin.ts";

export const STRESS: readonly Measure[] = [spin, farRedis, slowDisk];
