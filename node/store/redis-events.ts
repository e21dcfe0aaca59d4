/**
 * The events of a shard in Redis: the `ShardEvents` port. They are read over a connection
 * of their own, so that megabytes of them keep no lease waiting.
 */
import assert from "node:assert/strict";
import type { EventPlace } from "../../protocol/event.ts";
import { AUDIT_BYTES_MAX } from "../../protocol/limits.ts";
import type { EventsReply, ShardEvents } from "../ports.ts";
import { decodeEvents } from "./event-codec.ts";
import type { ShardScripts } from "./shard-scripts.ts";

export class RedisEvents implements ShardEvents {
	readonly #scripts: ShardScripts;
	/** The scripts over the connection of their own. */
	readonly #reading: ShardScripts;

	constructor(scripts: ShardScripts, reading: ShardScripts) {
		this.#scripts = scripts;
		this.#reading = reading;
	}

	async after(place: EventPlace | undefined): Promise<EventsReply> {
		const { generation, bytes, ms } = place ?? {};
		const args = [generation ?? "", bytes ?? "", ms ?? ""];
		return decodeEvents(await this.#reading.run("after", ...args));
	}

	async before(place: EventPlace | undefined): Promise<EventsReply> {
		const { bytes, ms } = place ?? {};
		return decodeEvents(
			await this.#reading.run("before", bytes ?? "", ms ?? ""),
		);
	}

	async cut(): Promise<boolean> {
		return (await this.#scripts.run("cut", this.#scripts.shards)) === 1;
	}

	async audit(line: string): Promise<void> {
		assert(!/[\n\t]/.test(line) && Buffer.byteLength(line) <= AUDIT_BYTES_MAX);
		await this.#scripts.run("audit", line);
	}
}
