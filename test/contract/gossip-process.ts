/**
 * A process that does nothing but gossip, to be killed: says a digest every so
 * often and writes a line for each message that it hears.
 *
 * Arguments: data directory, port, epoch, ms between digests. Reads one list of
 * peers to admit a line from stdin and ends with it. Writes JSON lines:
 * `{ up, address }` once, `{ heard, epoch, sentMs, heardMs, cpuMs }` a message.
 */
import { createInterface } from "node:readline";
import { createGossip } from "../../node/gossip/libp2p-gossip.ts";
import { systemClock, systemRandom } from "../../node/world/clock.ts";
import { systemLog } from "../../node/world/log.ts";

const [dataDir = "", port, epochText, everyMs] = process.argv.slice(2);
const epoch = Number(epochText);

const gossip = await createGossip({
	dataDir,
	listen: { host: "127.0.0.1", port: Number(port) },
	cluster: "hearsay",
	clock: systemClock,
	random: systemRandom,
	log: systemLog("warn", {}),
});
gossip.onMessage((message) => {
	if (message.kind !== "digest") return;
	const { user, system } = process.cpuUsage();
	tell({
		heard: message.from,
		epoch: message.epoch,
		sentMs: message.seq,
		heardMs: wallMicros(),
		cpuMs: (user + system) / 1_000,
	});
});
await gossip.start();
tell({ up: gossip.nodeId, address: gossip.address });

speak();
for await (const line of createInterface(process.stdin)) {
	gossip.admit(JSON.parse(line));
}
await gossip.stop();

function speak(): void {
	gossip.publish({
		kind: "digest",
		from: gossip.nodeId,
		epoch,
		// It rises, and says when the digest was sent.
		seq: wallMicros(),
		freeSlots: 4,
		running: 0,
		load: 0,
		storeUp: true,
		draining: false,
		peers: gossip.connected().map((nodeId) => nodeId.slice(-8)),
	});
	systemClock.after(Number(everyMs), speak);
}

/** Microseconds, on a clock that the processes of one machine share. */
function wallMicros(): number {
	return Math.round((performance.timeOrigin + performance.now()) * 1_000);
}

function tell(line: object): void {
	process.stdout.write(`${JSON.stringify(line)}\n`);
}
