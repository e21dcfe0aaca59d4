/** When a lease's trust ends, on a clock turned by hand. */
import { expect, test } from "vitest";
import { type HeldLease, Warden } from "../../node/lease/warden.ts";
import {
	ABORT_GRACE_MS,
	ASK_AGAIN_MS,
	ASK_AGE_MS,
	CUT_OFF_AGE_MS,
	LOOK_LATE_MS,
	PULSE_MS_MAX,
	SILENT_LEASE_MS,
	TRUST_LOOK_MS,
	WAKE_LOOK_MS,
} from "../../protocol/limits.ts";
import { TRUST_AGE_MS } from "../../protocol/trust.ts";
import { VirtualClock } from "../clock.ts";
import { silentLog } from "../contract/gossip-bench.ts";
import { Machine } from "../sim/machine.ts";

/** A node with one lease and one peer, which answers as it is told to. */
function begin() {
	const clock = new VirtualClock();
	const machine = new Machine(clock, 1);
	const askedMs: number[] = [];
	const ended: string[] = [];
	const word = {
		...{ gossips: true, answeredMs: undefined as number | undefined },
		...{ awayMs: undefined as number | undefined, refusedMs: undefined },
	};
	const world = { hears: false, away: false, unread: false };
	const lease = {
		renewedMs: undefined as number | undefined,
		trustEnded: (reason: string) => ended.push(reason),
	} satisfies HeldLease;
	const warden = new Warden({
		...{ clock: machine, log: silentLog, leases: [lease] },
		witnesses: {
			gossips: true,
			get peers() {
				return { words: [word], unread: world.unread };
			},
			ask: () => {
				askedMs.push(clock.monoMs());
				if (world.hears) word.answeredMs = clock.monoMs();
				if (world.away) word.awayMs = clock.monoMs();
			},
		},
	});
	const renew = () => {
		lease.renewedMs = clock.monoMs();
		warden.renewed();
	};
	renew();
	return { clock, machine, world, lease, warden, askedMs, ended, renew };
}

test("nobody is asked while renewals come", async () => {
	const { clock, askedMs, ended, renew } = begin();
	for (let i = 0; i < 10; i++) {
		await clock.runFor(ASK_AGE_MS - 1);
		renew();
	}
	expect(askedMs).toEqual([]);
	expect(ended).toEqual([]);
});

test("peers are asked from an overdue renewal on, again and again", async () => {
	const { clock, world, askedMs } = begin();
	world.hears = true;
	await clock.runFor(TRUST_AGE_MS - 1);
	expect(askedMs[0]).toBe(ASK_AGE_MS);
	const pauses = askedMs.slice(1).map((ms, i) => ms - (askedMs[i] ?? 0));
	expect(new Set(pauses)).toEqual(new Set([ASK_AGAIN_MS]));
});

test("a node that its peers do not hear has stopped before its lease may be taken early", async () => {
	const { clock, ended, lease, warden } = begin();
	await clock.runFor(CUT_OFF_AGE_MS - 1);
	expect(ended).toEqual([]);
	expect(warden.trusts(lease)).toBe(true);
	await clock.runFor(TRUST_LOOK_MS);
	expect(ended).toHaveLength(1);
	expect(warden.trusts(lease)).toBe(false);
	expect(CUT_OFF_AGE_MS + TRUST_LOOK_MS + ABORT_GRACE_MS).toBeLessThan(
		SILENT_LEASE_MS,
	);
});

test("a node that its peers hear stops when its lease may run out, once", async () => {
	const { clock, world, ended } = begin();
	world.hears = true;
	await clock.runFor(TRUST_AGE_MS - 1);
	expect(ended).toEqual([]);
	await clock.runFor(60_000);
	expect(ended).toHaveLength(1);
});

test("while nobody reaches the store nobody stops, and once somebody does, all do", async () => {
	const { clock, world, ended } = begin();
	world.hears = true;
	world.away = true;
	await clock.runFor(60_000);
	expect(ended).toEqual([]);
	world.away = false;
	await clock.runFor(TRUST_AGE_MS);
	expect(ended).toHaveLength(1);
});

test("a renewal begins trust anew", async () => {
	const { clock, ended, lease, warden, renew } = begin();
	await clock.runFor(TRUST_AGE_MS);
	expect(ended).toHaveLength(1);
	renew();
	expect(warden.trusts(lease)).toBe(true);
	await clock.runFor(TRUST_AGE_MS);
	expect(ended).toHaveLength(2);
});

test("a newcomer who could not be asked stops the node", async () => {
	const { clock, world, ended } = begin();
	world.hears = true;
	await clock.runFor(CUT_OFF_AGE_MS + TRUST_LOOK_MS);
	expect(ended).toEqual([]);
	world.unread = true;
	await clock.runFor(TRUST_LOOK_MS);
	expect(ended).toHaveLength(1);
});

test("a node that wakes when its lease may have been taken stops at once, whatever it heard before", async () => {
	const { clock, machine, world, ended } = begin();
	world.hears = true;
	world.away = true;
	await clock.runFor(CUT_OFF_AGE_MS);
	machine.pause();
	await clock.runFor(TRUST_AGE_MS);
	expect(ended).toEqual([]);
	machine.resume();
	await clock.runFor(0);
	expect(ended).toEqual([
		"this node slept while its lease may have been taken",
	]);
});

test("a node that wakes before that asks first, and stops only if it is not heard then either", async () => {
	for (const hears of [true, false]) {
		const { clock, machine, world, ended } = begin();
		machine.pause();
		await clock.runFor(CUT_OFF_AGE_MS + 900);
		world.hears = hears;
		machine.resume();
		await clock.runFor(WAKE_LOOK_MS - 1);
		expect(ended).toEqual([]);
		await clock.runFor(1);
		expect(ended).toHaveLength(hears ? 0 : 1);
	}
});

test("a lease without a session is not stopped", async () => {
	const { clock, lease, warden, ended } = begin();
	lease.renewedMs = undefined;
	warden.renewed();
	await clock.runFor(60_000);
	expect(ended).toEqual([]);
	expect(warden.trusts(lease)).toBe(false);
});

test("a lease whose renewals fail is looked after in time, though those of other shards are renewed all the while", async () => {
	const clock = new VirtualClock();
	const ended: string[] = [];
	const leases = Array.from({ length: 8 }, (_, shard) => ({
		renewedMs: 0,
		trustEnded: () => ended.push(`${shard} at ${clock.monoMs()}`),
	}));
	const peer = { gossips: true, answeredMs: undefined, awayMs: undefined };
	const warden = new Warden({
		...{ clock, log: silentLog, leases },
		witnesses: {
			gossips: true,
			peers: { words: [{ ...peer, refusedMs: undefined }], unread: false },
			ask() {},
		},
	});
	warden.renewed();
	for (const [shard, lease] of leases.entries()) {
		if (shard === 0) continue;
		const renew = () => {
			lease.renewedMs = clock.monoMs();
			warden.renewed();
			clock.after(PULSE_MS_MAX, renew);
		};
		clock.after(shard * 100, renew);
	}
	await clock.runFor(SILENT_LEASE_MS - ABORT_GRACE_MS);
	expect(ended).toEqual([`0 at ${CUT_OFF_AGE_MS}`]);
});

test("a node that sleeps does not pass for awake because another shard's lease is renewed first", async () => {
	const { clock, machine, world, lease, warden, ended } = begin();
	world.hears = true;
	await clock.runFor(CUT_OFF_AGE_MS - 100);
	machine.pause();
	await clock.runFor(2_000);
	// Answers that came meanwhile are read before any timer fires.
	warden.renewed();
	machine.resume();
	await clock.runFor(TRUST_LOOK_MS);
	expect(ended).toEqual([]);
	expect(lease.renewedMs).toBe(0);
	await clock.runFor(WAKE_LOOK_MS);
	expect(ended).toHaveLength(1);
});

test("a node whose looks all come late, as on a starved machine, still stops", async () => {
	const { clock, machine, ended } = begin();
	await clock.runFor(CUT_OFF_AGE_MS - 50);
	for (let i = 0; i < 2; i++) {
		machine.pause();
		await clock.runFor(LOOK_LATE_MS + WAKE_LOOK_MS + 1);
		machine.resume();
		await clock.runFor(1);
	}
	expect(ended).toHaveLength(1);
});
