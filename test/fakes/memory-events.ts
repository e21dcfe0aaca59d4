/** The events of a shard of the store's twin: its methods. */
import type { EventsReply, ShardEvents } from "../../node/ports.ts";
import type { EventPlace } from "../../protocol/event.ts";
import type { MemoryShardParts } from "./shard-contents.ts";

export class MemoryEvents implements ShardEvents {
	readonly #parts: MemoryShardParts;

	constructor(parts: MemoryShardParts) {
		this.#parts = parts;
	}

	async after(place: EventPlace | undefined): Promise<EventsReply> {
		const { contents, nowMs } = this.#parts;
		const { events, sessions } = contents;
		return events.after(place, sessions.tokens.generation, nowMs());
	}

	async before(place: EventPlace | undefined): Promise<EventsReply> {
		const { contents, nowMs } = this.#parts;
		const { generation } = contents.sessions.tokens;
		return contents.events.before(place, generation, nowMs());
	}

	async cut(): Promise<boolean> {
		return this.#parts.contents.events.cut();
	}

	async audit(line: string): Promise<void> {
		const { contents, nowMs } = this.#parts;
		contents.events.note({ about: { kind: "audit" }, id: line });
		contents.closeStep(nowMs());
	}
}
