/** Whether a node can tell that it knows of everybody who may take its leases. */
import { expect, test } from "vitest";
import { Roster } from "../../node/peers/roster.ts";
import { formatSession } from "../../protocol/lease.ts";
import { LEASE_TTL_MS } from "../../protocol/limits.ts";
import { NO_GENERATION } from "../../protocol/token.ts";
import { VirtualClock } from "../clock.ts";
import { silentLog } from "../contract/gossip-bench.ts";
import { nodeRecord, openSession } from "../contract/store-bench.ts";
import { createMemoryStore } from "../fakes/store.ts";
import { servesTypes } from "../stand-ins.ts";

/** Ann's roster, and a store in which nodes open sessions. */
async function begin() {
	const clock = new VirtualClock();
	const nowMs = () => 1_800_000_000_000 + clock.monoMs();
	const [home] = createMemoryStore({ shards: 1, nowMs }).shards;
	if (home === undefined) throw new Error("a store has shards");
	const roster = new Roster({
		...{ self: "ann", registry: home.sessions, clock, log: silentLog },
		serves: servesTypes(),
		gossip: { admit() {}, connected: () => [] },
		events: { registryRead() {}, askedToDrain() {} },
	});
	const open = (nodeId: string) =>
		openSession(home, {
			...{ record: nodeRecord(nodeId), ttlMs: LEASE_TTL_MS },
			known: NO_GENERATION,
		});
	const { epoch } = await open("ann");
	/** Whether somebody is unread, before the registry can have answered. */
	const pulse = async (): Promise<boolean> => {
		const pulse = await home.sessions.pulse(
			formatSession("ann", epoch),
			LEASE_TTL_MS,
		);
		if (!pulse.ok) throw new Error(pulse.code);
		roster.registryAt(pulse.registryVersion, pulse.opens);
		return roster.unread;
	};
	return { clock, roster, open, pulse };
}

const others = (roster: Roster) =>
	roster.others.map(({ record }) => record.nodeId);

test("who has come is unread from the pulse that tells of it until the registry is read", async () => {
	const { clock, roster, open, pulse } = await begin();
	expect(roster.unread).toBe(true);
	await pulse();
	await clock.runFor(1);
	expect(roster.unread).toBe(false);
	await open("bob");
	expect(await pulse()).toBe(true);
	await clock.runFor(1);
	expect(roster.unread).toBe(false);
	expect(others(roster)).toEqual(["bob"]);
});

test("from when a node opens a session until its next pulse it cannot know who has come", async () => {
	const { clock, roster, pulse } = await begin();
	await pulse();
	await clock.runFor(1);
	roster.sessionOpened();
	await roster.refresh();
	expect(roster.unread).toBe(true);
	await pulse();
	await clock.runFor(1);
	expect(roster.unread).toBe(false);
});
