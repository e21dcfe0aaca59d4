/**
 * The store in Redis keeps the store's contract, in the home of several shards. Elsewhere the
 * twin is tried, which agrees with it (store-redis-agreement.test.ts): that takes two minutes less.
 */
import { redisWorld } from "./redis-world.ts";
import { storeContract } from "./store-contract.ts";

storeContract("in Redis", redisWorld, [[0, 4]]);
