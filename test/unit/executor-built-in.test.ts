/** The built-in types, run by themselves. */
import { expect, test } from "vitest";
import type { JobInThread } from "../../node/executor/messages.ts";
import type { TaskContext } from "../../node/executor/task-code.ts";
import { builtInHandlers } from "../../node/executor/worker/built-in.ts";

test.each([
	["1", 1, "1"],
	["1~2", 1, "1"],
	["1~2", "1", "1"],
	["1~2~2", "1~2", "1~2"],
	["12", 1, "12"],
	["1", 12, "1"],
	["a", "a~2", "a"],
	["id", { x: 1 }, "id"],
	["id", undefined, "id"],
])(
	"process_task says the name that its task was given: %s by %j",
	async (id, task_id, name) => {
		const job = { id, priority: 5, createdMs: 0 } as JobInThread;
		const said = await builtInHandlers(0).process_task(
			{ task_id },
			{} as TaskContext,
			{ job, onStop: undefined },
		);
		expect(said).toBe(
			`Task ${name} processed successfully (Priority: 5, Submitted at: 1970-01-01T00:00:00.000Z).`,
		);
	},
);
