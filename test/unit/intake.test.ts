/** What becomes of tasks that claims bring. */
import { expect, test } from "vitest";
import { Intake } from "../../node/work/intake.ts";
import type { ClaimedTask } from "../../protocol/task.ts";
import { claimedTask } from "../new-task.ts";

const taskOf = (token: number) => claimedTask(`t${token}`, token);

function intakeOf() {
	const lease = { session: "a:1", trusted: true };
	const seen = {
		...{ ran: [] as number[], back: [] as number[] },
		...{ freed: 0, told: 0 },
	};
	const tokens = (tasks: readonly ClaimedTask[]) =>
		tasks.map(({ token }) => token);
	const intake = new Intake({
		shard: 0,
		lease: {
			get session() {
				return lease.session;
			},
			trusts: () => lease.trusted,
		},
		memory: {
			toldToken: (token) => {
				seen.told = token;
			},
		},
		runner: {
			deliver: (_, tasks) => seen.ran.push(...tokens(tasks)),
			handBack: (_, tasks, slots) => {
				seen.back.push(...tokens(tasks));
				seen.freed += slots;
			},
		},
	});
	return { intake, lease, seen };
}

test("tasks claimed under the lease that is held run, and the newest token is remembered", () => {
	const { intake, seen } = intakeOf();
	intake.deliver([taskOf(4), taskOf(3)], "a:1", 2);
	expect(seen).toEqual({ ran: [4, 3], back: [], freed: 0, told: 4 });
	expect(intake.newestToken).toBe(4);
});

test.each([
	["was lost meanwhile", { session: "a:2", trusted: true }],
	["can be trusted no longer", { session: "a:1", trusted: false }],
])("tasks claimed under a lease that %s are handed back", (_, now) => {
	const { intake, lease, seen } = intakeOf();
	Object.assign(lease, now);
	intake.deliver([taskOf(4)], "a:1", 1);
	expect(seen).toEqual({ ran: [], back: [4], freed: 1, told: 4 });
});

test("tasks for which no slots are left are handed back, and their tokens remembered", () => {
	const { intake, seen } = intakeOf();
	intake.deliver([taskOf(3), taskOf(4), taskOf(5)], "a:1", 1);
	expect(seen).toEqual({ ran: [3], back: [4, 5], freed: 0, told: 5 });
	expect(intake.newestToken).toBe(5);
});

test("what a lost call took is newer than all that had come before it", () => {
	const { intake } = intakeOf();
	intake.begin();
	intake.begin();
	intake.deliver([taskOf(7)], "a:1", 1);
	intake.over();
	expect(intake.expects).toBe(true);
	intake.lost();
	intake.over();
	expect(intake).toMatchObject({ expects: false, lostAfter: 7 });
});

test("the routes of all tasks that come are remembered, also of those that are handed back", () => {
	const { intake } = intakeOf();
	intake.deliver([{ ...taskOf(1), route: "a|t|" }], "a:1", 1);
	intake.deliver([{ ...taskOf(2), route: "b|t|" }], "a:2", 1);
	expect(intake.lastRoutes).toEqual(["a|t|", "b|t|"]);
});
