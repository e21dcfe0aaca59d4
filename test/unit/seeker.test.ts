/** When a silent peer loses its lease early, on a clock turned by hand. */
import { expect, test } from "vitest";
import { Seeker } from "../../node/peers/seeker.ts";
import type { Reach, RevokeGrounds } from "../../node/ports.ts";
import { formatSession } from "../../protocol/lease.ts";
import {
	LEASE_TTL_MS,
	PROBE_TIMEOUT_MS,
	SILENT_LEASE_MS,
	SILENT_PEERS_MAX,
	SILENT_WORD_MS,
	TRUST_LOOK_MS,
} from "../../protocol/limits.ts";
import { VirtualClock } from "../clock.ts";
import { silentLog } from "../contract/gossip-bench.ts";

const SESSION = formatSession("bob", 1);
/** The lease of bob, who renewed at 0 by the store's clock, which is the node's own. */
const LEASE = { session: SESSION, expiresMs: LEASE_TTL_MS };
const SEEN_MS = 1_200;

function begin() {
	const clock = new VirtualClock();
	const world = {
		...{ reach: "unreachable" as Reach, reachedByOthers: false },
		...{ heardMs: 0 as number | undefined, mayJudge: true, peers: 2 },
		isKnown: true,
		/** Whether the store finds that the lease may be taken. */
		takes: true,
	};
	const reaped: { session: string; grounds: RevokeGrounds; atMs: number }[] =
		[];
	const engine = {
		reaper: {
			reap: async (session: string, grounds: RevokeGrounds) => {
				reaped.push({ session, grounds, atMs: clock.monoMs() });
				return world.takes;
			},
		},
		renewer: {
			get mayJudgeSilence() {
				return world.mayJudge;
			},
		},
	};
	const seeker = new Seeker({
		...{ clock, log: silentLog },
		witnesses: {
			get judgeable() {
				const others = Array.from({ length: 50 }, (_, i) => `${i}`);
				const known = ["bob", "cid", ...others].slice(0, world.peers);
				return world.isKnown ? new Set(known) : undefined;
			},
		},
		gossip: {
			probe: (_nodeId, timeoutMs) =>
				new Promise((resolve) =>
					clock.after(world.reach === "unreachable" ? timeoutMs : 1, () =>
						resolve(world.reach),
					),
				),
		},
		inquirer: {
			wordOf: () => world,
			askAbout: (_nodeId, reached) => {
				if (world.reachedByOthers) clock.after(2, reached);
			},
		},
	});
	const pulse = (leases = [LEASE]) =>
		seeker.overdue(0, engine, clock.monoMs(), leases);
	return { clock, world, seeker, pulse, reaped };
}

/** Lets pulses come that name bob, until just before his lease ends. */
async function live({ clock, pulse }: ReturnType<typeof begin>) {
	await clock.runFor(SEEN_MS);
	while (clock.monoMs() < LEASE_TTL_MS) {
		pulse();
		await clock.runFor(800);
	}
}

test("a peer that is neither heard nor reached loses its lease as soon as the store may take it", async () => {
	const bench = begin();
	await live(bench);
	const [first] = bench.reaped;
	expect(first?.session).toBe(SESSION);
	expect(first?.grounds).toEqual({ when: "silent", expiresMs: LEASE_TTL_MS });
	expect(first?.atMs).toBeGreaterThanOrEqual(SILENT_LEASE_MS);
	expect(first?.atMs).toBeLessThan(SILENT_LEASE_MS + 50);
});

test.each([200, 350, 500, 650, 790])(
	"a peer that was last heard %i ms after its last renewal loses its lease no later",
	async (heardMs) => {
		const bench = begin();
		bench.world.heardMs = heardMs;
		await live(bench);
		const atMs = bench.reaped[0]?.atMs;
		expect(atMs).toBeGreaterThanOrEqual(SILENT_LEASE_MS);
		expect(atMs).toBeLessThan(SILENT_LEASE_MS + 10);
	},
);

test("a lease that was taken is not taken again, whatever pulses on their way still say", async () => {
	const bench = begin();
	await live(bench);
	expect(bench.reaped).toHaveLength(1);
});

test("a lease that the store would not give is asked for again soon", async () => {
	const bench = begin();
	bench.world.takes = false;
	await bench.clock.runFor(SEEN_MS);
	bench.pulse();
	await bench.clock.runFor(SILENT_LEASE_MS - SEEN_MS + 50);
	expect(bench.reaped).toHaveLength(1);
	bench.world.takes = true;
	await bench.clock.runFor(TRUST_LOOK_MS);
	expect(bench.reaped).toHaveLength(2);
	await bench.clock.runFor(LEASE_TTL_MS);
	expect(bench.reaped).toHaveLength(2);
});

test.each<[string, Partial<ReturnType<typeof begin>["world"]>]>([
	[
		"whose address takes connections, frozen as it may be",
		{ reach: "answers" },
	],
	["that another peer reaches", { reachedByOthers: true }],
	["that does not gossip, or whom this node cannot hear", { peers: 0 }],
	[
		"in a cluster too large to be connected all with all",
		{ peers: SILENT_PEERS_MAX + 1 },
	],
	[
		"judged by a node that has not seen the store for long enough",
		{ mayJudge: false },
	],
])("a peer %s keeps its lease", async (_who, what) => {
	const bench = begin();
	Object.assign(bench.world, what);
	await live(bench);
	expect(bench.reaped).toEqual([]);
});

test("a peer that is heard in the end keeps its lease for as long as that counts", async () => {
	const bench = begin();
	const { clock, world, pulse, reaped } = bench;
	await clock.runFor(SEEN_MS);
	pulse();
	await clock.runFor(SILENT_LEASE_MS - SEEN_MS - 10);
	world.heardMs = clock.monoMs();
	await clock.runFor(SILENT_WORD_MS + 2 * PROBE_TIMEOUT_MS - 50);
	expect(
		reaped.every(({ atMs }) => atMs >= (world.heardMs ?? 0) + SILENT_WORD_MS),
	).toBe(true);
});

test("a peer that was heard late still loses its lease before the end", async () => {
	const bench = begin();
	bench.world.heardMs = LEASE_TTL_MS - SILENT_WORD_MS - 2 * PROBE_TIMEOUT_MS;
	await live(bench);
	expect(bench.reaped[0]?.atMs).toBeLessThan(LEASE_TTL_MS);
	expect(bench.reaped[0]?.atMs).toBeGreaterThanOrEqual(
		bench.world.heardMs + SILENT_WORD_MS,
	);
});

test("a peer that is on no list any more, having lost a lease elsewhere, loses its others as soon", async () => {
	const bench = begin();
	const { clock, world, pulse, reaped } = bench;
	await clock.runFor(SEEN_MS);
	pulse();
	await clock.runFor(SILENT_LEASE_MS - SEEN_MS - 100);
	world.peers = 0;
	await clock.runFor(200);
	expect(reaped[0]?.atMs).toBeGreaterThanOrEqual(SILENT_LEASE_MS);
	expect(reaped[0]?.atMs).toBeLessThan(SILENT_LEASE_MS + 50);
});

test("nobody is taken for silent while somebody may have come who is not known", async () => {
	const bench = begin();
	bench.world.isKnown = false;
	await live(bench);
	expect(bench.reaped).toEqual([]);
});

test("a peer that renews is looked for no longer", async () => {
	const { clock, pulse, reaped } = begin();
	await clock.runFor(SEEN_MS);
	pulse();
	await clock.runFor(800);
	pulse([]);
	await clock.runFor(LEASE_TTL_MS);
	expect(reaped).toEqual([]);
});

test("a seeker that is stopped takes nothing any more", async () => {
	const { clock, seeker, pulse, reaped } = begin();
	await clock.runFor(SEEN_MS);
	pulse();
	seeker.stop();
	await clock.runFor(LEASE_TTL_MS);
	expect(reaped).toEqual([]);
});
