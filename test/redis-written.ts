/** When a Redis has written down what it was told: it keeps that to itself while its disk is slow. */
import { Redis } from "ioredis";
import { until } from "./cluster.ts";

/** From then on all that this Redis, on this machine, has answered outlives its process. */
export async function hasWritten(port: number): Promise<void> {
	const redis = new Redis(port);
	const isAll = (info: string) => info.includes("aof_buffer_length:0\r");
	await until(() => redis.info("persistence"), isAll);
	redis.disconnect();
}
