/** The store in Redis keeps the store's contract. */
import { redisWorld } from "./redis-world.ts";
import { storeContract } from "./store-contract.ts";

storeContract("in Redis", redisWorld);
