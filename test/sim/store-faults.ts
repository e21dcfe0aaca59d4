/** Trouble with the store, and on the way to it. */
import type { StoreImage } from "../fakes/store.ts";
import type { SeededRandom } from "../random.ts";
import type { Cluster } from "./cluster.ts";
import type { Disk } from "./disk.ts";
import type { Fault } from "./faults.ts";
import type { Refusing } from "./refusals.ts";
import type { LinkFaults } from "./store-link.ts";
import type { StoreServer } from "./store-server.ts";

/** The least by which the store's clock steps. */
const STEP_MS_MIN = 200;
const STEP_MS_MAX = 15 * 60_000;
/** The longest time of whose writes a store that loses only its very last ones loses all. */
const LAST_WRITES_MS_MAX = 300;

export const storeFaults: readonly Fault[] = [
	{
		name: "cut from the store",
		weight: 3,
		lastsMs: [100, 15_000],
		begin(cluster, random) {
			const life = cluster.anyLife(random);
			if (life === undefined || life.link.cut) return;
			life.link.cut = true;
			const recovered = cluster.impair(life.nodeId, "cut-off");
			return () => {
				recovered();
				life.link.cut = false;
			};
		},
	},
	{
		name: "flaky link",
		weight: 3,
		lastsMs: [500, 10_000],
		begin: (cluster, random) =>
			troubleLink(cluster, random, {
				...{ delayMsMin: 0.1, delayMsMax: 1 + random.below(100) },
				breakBefore: random.unit() * 0.3,
				breakAfter: random.unit() * 0.3,
			}),
	},
	{
		name: "slow link",
		weight: 1,
		lastsMs: [500, 10_000],
		begin: (cluster, random) =>
			troubleLink(cluster, random, {
				...{ delayMsMin: 20, delayMsMax: 50 + random.below(1_500) },
				...{ breakBefore: 0, breakAfter: 0 },
			}),
	},
	{
		name: "store freeze",
		weight: 1,
		lastsMs: [100, 10_000],
		begin(cluster) {
			const { server } = cluster.world;
			if (server.condition !== "up") return;
			server.freeze();
			const recovered = impairAll(cluster);
			return () => {
				recovered();
				server.thaw();
			};
		},
	},
	{
		name: "store crash",
		weight: 1,
		lastsMs: [50, 12_000],
		begin(cluster, random) {
			const { server, disk, recorder } = cluster.world;
			if (server.condition === "down") return;
			const image =
				disk.images.length > 0 ? random.pick(disk.images) : undefined;
			if (image !== undefined) recorder.record({ kind: "lost-writes" });
			server.crash();
			const recovered = impairAll(cluster);
			// A replica, promoted with what it has, lives on a machine with another clock.
			if (image !== undefined && random.oneIn(2))
				stepClock(cluster, drawStep(random));
			return () => {
				recovered();
				server.start(image);
			};
		},
	},
	{
		// An older file or a backup is restored; or the very last writes are lost, however few.
		name: "store restored",
		weight: 3,
		lastsMs: [LAST_WRITES_MS_MAX, 3_000],
		begin(cluster, random) {
			const { clock, server, disk } = cluster.world;
			if (!cluster.scenario.losesWrites || disk.copies.length === 0) return;
			if (server.condition === "down") return;
			const image = drawImage(
				random.oneIn(2) ? disk : undefined,
				server,
				random,
			);
			let restored = () => {};
			const timer = clock.after(random.unit() * LAST_WRITES_MS_MAX, () => {
				restored = restore(cluster, image);
			});
			return () => {
				timer.cancel();
				restored();
			};
		},
	},
	{
		// While the store is up (FLUSHALL), or because an empty server is started in its place.
		name: "store emptied",
		weight: 3,
		lastsMs: [50, 6_000],
		begin(cluster, random) {
			const { server } = cluster.world;
			if (!cluster.scenario.losesWrites || server.condition !== "up") return;
			cluster.emptyStore();
			if (random.oneIn(2)) return () => {};
			server.crash();
			const recovered = impairAll(cluster);
			return () => {
				recovered();
				server.start(undefined);
			};
		},
	},
	{
		// By hand, in one shard or in several. The node's lease stays, and it goes on.
		name: "record deleted",
		weight: 1,
		lastsMs: [0, 0],
		begin(cluster, random) {
			const { server } = cluster.world;
			const life = cluster.anyLife(random);
			if (life === undefined || server.condition !== "up") return;
			for (const { index } of server.truth)
				if (random.oneIn(2)) server.deleteRecord(life.nodeId, index);
			return () => {};
		},
	},
	{
		// Leases are renewed all the while, and tasks end: nobody is excused.
		name: "memory full",
		weight: 1,
		lastsMs: [500, 12_000],
		begin: ({ world: { server } }) => refuse(server, "memory full"),
	},
	{
		// No lease can be renewed, and none can be taken: nobody is excused here either.
		name: "writes refused",
		weight: 1,
		lastsMs: [500, 12_000],
		begin({ world: { clock, server, recorder } }) {
			const end = refuse(server, "writes refused");
			if (end === undefined) return;
			const fromMs = clock.monoMs();
			return () => {
				end();
				const untilMs = clock.monoMs();
				recorder.add({ kind: "writes-refused", fromMs, untilMs });
			};
		},
	},
	{
		name: "clock step",
		weight: 1,
		lastsMs: [50, 15_000],
		begin(cluster, random) {
			const stepMs = drawStep(random);
			const isCorrected = random.oneIn(2);
			stepClock(cluster, stepMs);
			return () => {
				if (isCorrected) stepClock(cluster, -stepMs);
			};
		},
	},
];

/** Crashes the store, unless it is down. The function returned starts it with the image. */
function restore(cluster: Cluster, image: StoreImage): () => void {
	const { server, recorder } = cluster.world;
	if (server.condition === "down") return () => {};
	recorder.record({ kind: "lost-writes" });
	server.crash();
	const recovered = impairAll(cluster);
	return () => {
		recovered();
		server.start(image);
	};
}

/**
 * What the store will have when it is back: one of the copies, or all that it has now; or
 * that in some shards and, in others, another copy or everything up to their last writes.
 */
function drawImage(
	disk: Disk | undefined,
	server: StoreServer,
	random: SeededRandom,
): StoreImage {
	const images = disk?.copies ?? [server.save()];
	const whole = random.pick(images);
	if (random.oneIn(2)) return whole;
	return whole.map((_, i) =>
		random.oneIn(4) ? undefined : random.pick(images)[i],
	);
}

function refuse(server: StoreServer, what: Refusing): (() => void) | undefined {
	if (server.refusing !== "nothing") return undefined;
	server.refusing = what;
	return () => {
		server.refusing = "nothing";
	};
}

/** A step in either direction; small ones are as likely as large ones. */
function drawStep(random: SeededRandom): number {
	const ms = STEP_MS_MIN * (STEP_MS_MAX / STEP_MS_MIN) ** random.unit();
	return Math.round(random.oneIn(2) ? ms : -ms);
}

function stepClock({ world }: Cluster, byMs: number): void {
	world.server.stepClock(byMs);
	world.recorder.record({ kind: "clock-step", byMs });
}

function troubleLink(
	cluster: Cluster,
	random: SeededRandom,
	faults: LinkFaults,
): (() => void) | undefined {
	const life = cluster.anyLife(random);
	if (life === undefined) return;
	Object.assign(life.link.faults, faults);
	const recovered = cluster.impair(life.nodeId, "cut-off");
	return () => {
		recovered();
		life.link.calm();
	};
}

/** Takes the store out of reach of all nodes, whoever started them. */
function impairAll(cluster: Cluster): () => void {
	const { scenario, joiner } = cluster;
	const recovered = [...scenario.nodes, ...(joiner ? [joiner] : [])].map(
		({ nodeId }) => cluster.impair(nodeId, "cut-off"),
	);
	return () => {
		for (const tell of recovered) tell();
	};
}
