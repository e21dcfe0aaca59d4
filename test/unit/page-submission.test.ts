/** What the page makes of a form for a submission, before a node sees it. */
import { describe, expect, test } from "vitest";
import {
	draftOf,
	newTaskId,
	readDraft,
} from "../../dashboard/words/submission.ts";
import { OPTION_NAMES } from "../../protocol/option-names.ts";
import { OPTIONS } from "../../protocol/task-options.ts";

const BIG = "9007199254740993";
const at = (ms: number) => new Date(1_000_000 + ms).toISOString();

test("the page knows every option by its name, in the same order", () => {
	expect(OPTION_NAMES).toEqual(Object.keys(OPTIONS));
});

describe("a submission as somebody fills it in", () => {
	test("each field becomes what it means", () => {
		const draft = {
			...{ type: " resize ", payload: `{"n":${BIG}}`, priority: "9" },
			...{ labels: "gpu, eu", retries: "3", timeout: "5m", id: "" },
			backoff: '{"type":"fixed"}',
		};
		const read = readDraft(draft);
		expect(read.ok && JSON.stringify(read.fields)).toBe(
			`{"type":"resize","priority":9,"labels":["gpu","eu"],"retries":3,"backoff":{"type":"fixed"},"timeout":"5m","payload":{"n":${BIG}}}`,
		);
	});

	test.each([
		[{}, "type", /Say which/],
		[{ type: "t", priority: "high" }, "priority", /an example is 5/],
		[{ type: "t", backoff: "fast" }, "backoff", /an example is \{/],
		[{ type: "t", payload: "{" }, "payload", /is not JSON/],
		[{ type: "t", payload: `"${"x".repeat(262_144)}"` }, "payload", /262146/],
	])("what could not be sent is said at its field %#", (draft, field, why) => {
		expect(readDraft(draft)).toMatchObject({
			...{ ok: false, field },
			why: expect.stringMatching(why),
		});
	});

	test("a submission like an existing task has all that this asked for, except for its id and times that have passed", () => {
		const task = {
			...{ id: "a", type: "t", queue: "q", priority: 0, labels: ["gpu"] },
			...{ tags: ["x", "y"], runAt: at(0), expiresAt: at(10), retries: 2 },
			backoff: { type: "fixed" },
		};
		expect(draftOf(task as never, "1", 1_000_005)).toEqual({
			...{ type: "t", payload: "1", queue: "q", priority: "0" },
			...{ labels: "gpu", tags: "x, y", expiresAt: at(10), retries: "2" },
			backoff: '{"type":"fixed"}',
		});
	});

	test("a generated name sorts by time, and is accepted by a node", () => {
		const [early, late] = [1_000, 2_000].map((ms) =>
			newTaskId(ms, new Uint8Array([0, 255, 35])),
		);
		expect(early).toMatch(/^[a-z0-9]{12}$/);
		expect((early ?? "") < (late ?? "")).toBe(true);
	});
});
