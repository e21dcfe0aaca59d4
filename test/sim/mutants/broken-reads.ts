/** Reads that tell of a task what it is not. */
import type { ListReply, ListRequest } from "../../../node/ports.ts";
import { isEnded } from "../../../protocol/state.ts";
import { TamperedShard } from "./tampered-shard.ts";

/** Now and then a task that has ended waits again. */
export class Revived extends TamperedShard {
	override async list(request: ListRequest): Promise<ListReply> {
		const page = await this.sound.list(request);
		const tasks = page.tasks.map((task) =>
			isEnded(task.state) && this.onceIn(5)
				? { ...task, state: "PENDING" as const }
				: task,
		);
		return { ...page, tasks };
	}
}
