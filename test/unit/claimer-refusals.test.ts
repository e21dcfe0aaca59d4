/** Claims that were refused: what follows from them. */
import { expect, test } from "vitest";
import type { ClaimRequest, Log } from "../../node/ports.ts";
import { Claimer } from "../../node/work/claimer.ts";
import { VirtualClock } from "../clock.ts";
import { AROUND_CLAIMER, servesTypes, standInShard } from "../stand-ins.ts";

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };

test.each(["stale_generation", "no_lease"] as const)(
	"free slots do not make a node repeat a claim that was refused with %s",
	async (code) => {
		const clock = new VirtualClock();
		let claims = 0;
		const claimer: Claimer = new Claimer({
			shard: standInShard({
				tasks: {
					claim: async () => {
						claims += 1;
						return { ok: false, code };
					},
				},
			}),
			...{ clock, log },
			...AROUND_CLAIMER,
			slots: {
				...AROUND_CLAIMER.slots,
				release: () => clock.soon(() => claims < 10 && claimer.kick()),
			},
		});
		claimer.hint("default|work|");
		await clock.runFor(1_000);
		expect(claims).toBe(1);
		claimer.retry();
		await clock.runFor(1_000);
		expect(claims).toBe(2);
	},
);

test("a rumoured route takes no slot while another shard waits for one", async () => {
	const clock = new VirtualClock();
	const asked: string[] = [];
	let othersWait = true;
	const claimer: Claimer = new Claimer({
		shard: standInShard({
			tasks: {
				claim: async ({ routes }: ClaimRequest) => {
					asked.push(...routes);
					return { ok: true, tasks: [], waiting: routes.map(() => 0) };
				},
			},
		}),
		...{ clock, log },
		...AROUND_CLAIMER,
		serves: servesTypes("rumoured", "sure", "another"),
		turns: { ...AROUND_CLAIMER.turns, othersWait: () => othersWait },
	});
	claimer.rumour("default|rumoured|", "bob");
	await clock.runFor(100);
	expect(asked).toEqual([]);
	claimer.hint("default|sure|");
	await clock.runFor(100);
	expect(asked).toContain("default|sure|");
	othersWait = false;
	claimer.rumour("default|another|", "bob");
	await clock.runFor(100);
	expect(asked).toContain("default|another|");
});
