/** Rules of listing: what a session runs, and which attempts are not its own any more. */
import { expect, it } from "vitest";
import { UNLISTED_BATCH_MAX } from "../../protocol/limits.ts";
import { type Bench, success } from "./store-bench.ts";

export function listingRules(bench: Bench): void {
	it("attempts that the session has are not named", async () => {
		const session = await bench.open();
		const tasks = [await bench.started(session), await bench.started(session)];
		expect(await bench.sessions.unlisted(session.name, tasks)).toEqual([]);
	});

	it("attempts that have ended, were given back or never existed are named, in order", async () => {
		const session = await bench.open();
		const ended = await bench.started(session);
		const running = await bench.started(session);
		const returned = await bench.started(session);
		await bench.tasks.complete([success(ended)]);
		const { id, token } = returned;
		await bench.tasks.giveBack([
			{ id, token, end: "handed-back", message: "" },
		]);
		const unknown = { id: bench.task().id, token: returned.token + 1 };
		expect(
			await bench.sessions.unlisted(session.name, [
				...[unknown, ended, running, returned],
			]),
		).toEqual([unknown, ended, returned]);
	});

	it("only the newest attempt of a task that was given out again belongs to its session", async () => {
		const session = await bench.open();
		const older = await bench.started(session);
		const { id, token } = older;
		await bench.tasks.giveBack([
			{ id, token, end: "handed-back", message: "" },
		]);
		const newer = await bench.claimOne(session);
		expect(newer.id).toBe(older.id);
		const both = [older, newer];
		expect(await bench.sessions.unlisted(session.name, both)).toEqual([older]);
	});

	it("attempts of another session are named, even if it is of the same node", async () => {
		const ann = await bench.open("ann");
		const bob = await bench.open("bob");
		const task = await bench.started(ann);
		expect(await bench.sessions.unlisted(bob.name, [task])).toEqual([task]);
		const later = await bench.open("ann");
		expect(await bench.sessions.unlisted(later.name, [task])).toEqual([task]);
		expect(await bench.sessions.unlisted(ann.name, [task])).toEqual([]);
	});

	it("as many attempts are told apart as one question may name", async () => {
		const session = await bench.open();
		const half = UNLISTED_BATCH_MAX / 2;
		await bench.submit(...Array.from({ length: half }, () => ({})));
		const tasks = [];
		while (tasks.length < half)
			tasks.push(...(await bench.claim(session)).tasks);
		const others = tasks.map(({ id, token }) => ({ id, token: token + half }));
		const all = tasks.flatMap((task, i) => [task, others[i] ?? task]);
		expect(await bench.sessions.unlisted(session.name, all)).toEqual(others);
	});
}
