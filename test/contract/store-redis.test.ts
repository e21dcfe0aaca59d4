/**
 * The store in Redis keeps the store's contract, tried in the first of several shards. All other
 * cases are tried on the twin, which agrees with it (store-redis-agreement.test.ts): that takes
 * two minutes less.
 */
import { redisWorld } from "./redis-world.ts";
import { storeContract } from "./store-contract.ts";

storeContract("in Redis", redisWorld, [[0, 4]]);
