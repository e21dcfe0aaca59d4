/**
 * The store in Redis keeps the store's contract. What is the home of several shards is left to
 * the twin, which agrees with it (store-redis-agreement.test.ts): it would take a minute more.
 */
import { redisWorld } from "./redis-world.ts";
import { type Place, storeContract } from "./store-contract.ts";

const PLACES: readonly Place[] = [
	[0, 1],
	[3, 4],
];

storeContract("in Redis", redisWorld, PLACES);
