/** The store in Redis agrees with the model of one, step by step. */
import { redisWorld } from "./redis-world.ts";
import { storeAgreement } from "./store-agreement.ts";

storeAgreement("in Redis", redisWorld);
