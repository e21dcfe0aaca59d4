/** Jobs to run in tests: all that does not matter there is filled in. */
import type { Job } from "../../node/ports.ts";

export function job(id: string, more: Partial<Job> = {}): Job {
	return {
		id,
		type: "scripted",
		payload: "null",
		token: 1,
		attempt: 1,
		priority: 5,
		createdMs: 0,
		alone: false,
		...more,
	};
}
