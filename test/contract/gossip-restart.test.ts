/**
 * A node killed with kill -9 and started again is back in everybody's mesh, however long it
 * was away, and the test prints how soon (for a whole node, see `in-time.test.ts`).
 * HEARSAY_TEST_ABSENCE_MS sets how long it is away; the default keeps the suite short.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { AdmittedPeer } from "../../node/ports.ts";
import { systemClock } from "../../node/world/clock.ts";

const ABSENCE_MS = Number(process.env.HEARSAY_TEST_ABSENCE_MS ?? 3_000);
const SCRIPT = new URL("gossip-process.ts", import.meta.url).pathname;

interface Line {
	readonly up?: string;
	readonly address?: string;
	readonly heard?: string;
	readonly epoch?: number;
}

class Talker {
	readonly peer: AdmittedPeer;
	readonly #child: ChildProcess;
	readonly #listeners = new Set<(line: Line) => void>();

	private constructor(child: ChildProcess, peer: AdmittedPeer) {
		this.#child = child;
		this.peer = peer;
	}

	static async start(
		dataDir: string,
		port: number,
		epoch: number,
	): Promise<Talker> {
		const child = spawn(
			process.execPath,
			[SCRIPT, dataDir, String(port), String(epoch), "200"],
			{ stdio: ["pipe", "pipe", "inherit"] },
		);
		const lines = createInterface(child.stdout);
		const [first] = (await once(lines, "line")) as [string];
		const { up = "", address = "" } = JSON.parse(first) as Line;
		const talker = new Talker(child, { nodeId: up, p2p: address });
		lines.on("line", (text) => {
			for (const listener of talker.#listeners) listener(JSON.parse(text));
		});
		return talker;
	}

	admit(peers: readonly AdmittedPeer[]): void {
		this.#child.stdin?.write(`${JSON.stringify(peers)}\n`);
	}

	/** Resolves at the next message from that node's life. */
	hears(nodeId: string, epoch: number): Promise<void> {
		return new Promise((resolve) => {
			const listener = (line: Line) => {
				if (line.heard !== nodeId || line.epoch !== epoch) return;
				this.#listeners.delete(listener);
				resolve();
			};
			this.#listeners.add(listener);
		});
	}

	async kill(): Promise<void> {
		const exit = once(this.#child, "exit");
		this.#child.kill("SIGKILL");
		await exit;
	}
}

let root: string;
const talkers = new Set<Talker>();

beforeEach(async () => {
	root = await mkdtemp(join(tmpdir(), "hearsay-restart-"));
});
afterEach(async () => {
	await Promise.all([...talkers].map((talker) => talker.kill()));
	talkers.clear();
	await rm(root, { recursive: true });
});

async function start(name: string, port: number, epoch: number) {
	const talker = await Talker.start(join(root, name), port, epoch);
	talkers.add(talker);
	return talker;
}

test(
	"a node killed and restarted is in everybody's mesh again",
	async () => {
		const [a, b, c] = await Promise.all([
			start("a", 0, 1),
			start("b", 0, 1),
			start("c", 0, 1),
		]);
		const peers = [a.peer, b.peer, c.peer];
		const met = [a.hears(b.peer.nodeId, 1), c.hears(b.peer.nodeId, 1)];
		for (const talker of [a, b, c]) talker.admit(peers);
		await Promise.all(met);

		talkers.delete(b);
		await b.kill();
		await new Promise<void>((resolve) => {
			systemClock.after(ABSENCE_MS, resolve);
		});

		const port = Number(b.peer.p2p.split(":")[1]);
		const startedMs = systemClock.monoMs();
		const back = await start("b", port, 2);
		const upMs = systemClock.monoMs();
		expect(back.peer).toEqual(b.peer);
		const mesh = [
			a.hears(b.peer.nodeId, 2),
			c.hears(b.peer.nodeId, 2),
			back.hears(a.peer.nodeId, 1),
			back.hears(c.peer.nodeId, 1),
		];
		back.admit(peers);
		await Promise.all(mesh);
		const backMs = systemClock.monoMs();
		console.log(
			`away ${ABSENCE_MS} ms; up after ${Math.round(upMs - startedMs)} ms, in the mesh after ${Math.round(backMs - startedMs)} ms`,
		);
	},
	ABSENCE_MS + 60_000,
);
