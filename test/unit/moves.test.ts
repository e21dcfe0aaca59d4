/** The table of moves does not contradict itself, nor what the states mean. */
import { expect, test } from "vitest";
import {
	isMove,
	MOVES,
	statesAfter,
	statesAfterEnd,
} from "../../protocol/moves.ts";
import {
	ATTEMPT_ENDS,
	ENDED_STATES,
	isEnded,
	TASK_STATES,
} from "../../protocol/state.ts";

test.each(Object.entries(MOVES))(
	"moves: %s leads on, and ends an attempt if one is under way and has begun",
	(name, { from, to, by, ends }) => {
		expect(from).not.toBe(to);
		expect(from !== undefined && isEnded(from)).toBe(name.startsWith("reopen"));
		const hasBegun = !["notBegun", "cancelUnbegun"].includes(name);
		expect(ends.length > 0).toBe(from === "STARTED" && hasBegun);
		expect(by === "holder" ? from : "STARTED").toBe("STARTED");
		for (const end of ends) expect(ATTEMPT_ENDS).toContain(end);
	},
);

test("moves: an attempt's end determines in which states the task may be", () => {
	expect([...statesAfterEnd("success")]).toEqual(["SUCCESS"]);
	expect([...statesAfterEnd("handed-back")].sort()).toEqual([
		...["CANCELLED", "PENDING"],
	]);
	expect([...statesAfterEnd("crashed")].sort()).toEqual([
		...["CANCELLED", "FAILURE", "PENDING"],
	]);
	expect(isMove("STARTED", "FAILURE", "handed-back")).toBe(false);
	expect(isMove("STARTED", "FAILURE", undefined)).toBe(false);
	expect(isMove("PENDING", "STARTED", undefined)).toBe(true);
});

test("moves: the ended states are explicit, and only another round leads on from them; nothing does from a success", () => {
	for (const state of TASK_STATES) {
		expect((ENDED_STATES as readonly string[]).includes(state)).toBe(
			isEnded(state),
		);
		if (isEnded(state))
			expect([...statesAfter(state)].sort()).toEqual(
				state === "SUCCESS" ? [] : ["PENDING", "SCHEDULED"],
			);
	}
});
