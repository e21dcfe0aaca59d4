/**
 * Requests that nobody should send, to a real node with a real Redis: each is answered as
 * the description of the API says, none by an error of the node, and its memory stays. Meanwhile
 * somebody reads its events and how things are: these streams go on, and tell what is described.
 *
 * A flaw is shown with its number: `--seed S --times N` draws the same requests again,
 * each by its own number.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Breach } from "../../test/checker/checker.ts";
import { ClusterNode } from "../../test/cluster.ts";
import {
	Described,
	type Description,
} from "../../test/contract/http-described.ts";
import { type Flaw, type FuzzResult, fuzz } from "../../test/fuzz/fuzz.ts";
import { Heap } from "../../test/fuzz/heap.ts";
import { OpenStream } from "../../test/fuzz/open-stream.ts";
import { APP, BASE } from "../../test/fuzz/requests.ts";
import { startRedis } from "../../test/redis.ts";
import { bundleProgram } from "../build/program.ts";
import type { Finding, Ground, Proof } from "./proof.ts";

/** By how much its memory may grow, from after the first quarter to the end. */
const GROWTH_MB_MAX = 5;
/** Requests while Redis stands still. */
const FROZEN = 500;
/** A token of each role. */
const TOKENS = ["read", "submit", "operate"].map(
	(role) => `hs_${role}_${"Fuzz".repeat(8)}`,
);

/** The streams that are read all the while. */
const STREAMS = ["/v1/events", "/v1/live"];

export const fuzzed: Proof = {
	name: "fuzz",
	proves: `requests that nobody should send are answered as described, none by a 5xx but a 503 that may pass; the node lives, logs no error and grows by less than ${GROWTH_MB_MAX} MB`,
	takes: "3 min",
	unit: "requests",
	times: 20_000,
	run: attack,
};

/** Half of them to a node that asks for no tokens, half to one that does. */
async function attack(ground: Ground): Promise<Finding> {
	await bundleProgram();
	process.env.NODE_OPTIONS = "--inspect-port=0";
	const times = Math.ceil(ground.times / 2);
	const open = await attackNode({ ...ground, times }, false);
	const guarded = await attackNode({ ...ground, times }, true);
	const named = Object.entries(guarded.figures).map(
		([name, figure]) => [`with tokens: ${name}`, figure] as const,
	);
	return {
		figures: { ...open.figures, ...Object.fromEntries(named) },
		breaches: [...open.breaches, ...guarded.breaches],
	};
}

async function attackNode(
	{ seed, times, tell, directory }: Ground,
	hasTokens: boolean,
): Promise<Finding> {
	await using stack = new AsyncDisposableStack();
	const redis = await startRedis();
	stack.defer(() => redis.stop());
	const tokenFile = join(directory, "tokens");
	writeFileSync(tokenFile, `${TOKENS.join("\n")}\n`, { mode: 0o600 });
	const node = new ClusterNode(directory, [
		...["--redis", redis.url, "--http", "127.0.0.1:0", "--name", "fuzzed"],
		...["--data", join(directory, `data-${hasTokens}`), "--cors-origin", APP],
		...["--public-url", `https://example.com${BASE}`],
		...(hasTokens ? ["--token-file", tokenFile] : ["--insecure"]),
	]);
	stack.defer(() => node.kill());
	await node.start();
	await node.ready();
	using heap = await Heap.of(node);
	const { body } = await node.get<Description>("/openapi.json");
	const port = Number(new URL(node.url).port);
	const described = new Described(body);
	const tokens = TOKENS.map((token) => `Bearer ${token}`);
	const plan = { port, seed, described, ...(hasTokens && { tokens }) };
	const streams = await Promise.all(
		STREAMS.map((path) =>
			OpenStream.open(node.url, path, described, {
				...(hasTokens && { authorization: tokens[0] ?? "" }),
			}),
		),
	);
	for (const stream of streams) stack.use(stream);
	const memory: number[] = [];
	const statuses: number[] = [];
	const found = await fuzz({
		...{ ...plan, times },
		each: async (done) => {
			memory.push(await heap.usedMb());
			tell(`${done} of ${times}, ${memory.at(-1)} MB`);
			statuses.push((await node.get("/readyz")).status);
		},
	});
	tell(`${FROZEN} more while Redis stands still`);
	process.kill(redis.pid, "SIGSTOP");
	const frozen = await fuzz({ ...plan, from: times, times: FROZEN }).finally(
		() => process.kill(redis.pid, "SIGCONT"),
	);
	await node.ready();
	return findingOf(node, { found, frozen, memory, statuses, streams });
}

interface Seen {
	readonly found: FuzzResult;
	readonly frozen: FuzzResult;
	/** The memory that the node held, in the course of the attack. */
	readonly memory: readonly number[];
	readonly statuses: readonly number[];
	readonly streams: readonly OpenStream[];
}

function findingOf(
	node: ClusterNode,
	{ found, frozen, memory, statuses, streams }: Seen,
): Finding {
	const before = memory[Math.ceil(memory.length / 4) - 1] ?? 0;
	const after = memory.at(-1) ?? 0;
	const unavailable = frozen.outcomes[503] ?? 0;
	return {
		figures: {
			...countsOf(found),
			"messages of streams": streams.reduce(
				(sum, { messages }) => sum + messages,
				0,
			),
			"answered 503 while Redis stood still": unavailable,
			"held after a quarter, MB": before,
			"held at the end, MB": after,
		},
		breaches: [
			...[...found.flaws, ...frozen.flaws].map(breachOf),
			...errorsIn(node),
			...streams
				.flatMap(({ flaws }) => flaws)
				.map((what) => ({ promise: "streams go on, as described", what })),
			...unless(
				streams.every(({ messages }) => messages > 0),
				"streams tell what happens",
				streams.map(({ messages }) => messages).join(),
			),
			...unless(node.running, "the node lives", node.output.slice(-2_000)),
			...unless(
				statuses.every((status) => status === 200),
				"others are answered meanwhile",
				statuses.join(),
			),
			...unless(unavailable > 0, "without Redis it says 503", "it did not"),
			...unless(
				after - before <= GROWTH_MB_MAX,
				`memory grows by ${GROWTH_MB_MAX} MB at most`,
				`from ${before} to ${after} MB`,
			),
		],
	};
}

function countsOf({ outcomes }: FuzzResult): Record<string, number> {
	const counts = Object.entries(outcomes).map(
		([what, count]) => [`answered ${what}`, count] as const,
	);
	return Object.fromEntries(counts.sort());
}

function breachOf({ number, what, request }: Flaw): Breach {
	return {
		promise: "each is answered as described",
		what: `number ${number}: ${what}\n${request}`,
	};
}

/** The first of what it has logged as its own errors. */
function errorsIn({ output }: { readonly output: string }): Breach[] {
	return output
		.split("\n")
		.filter((line) => /"level":[56]0/.test(line))
		.slice(0, 5)
		.map((what) => ({ promise: "the node logs no error", what }));
}

function unless(holds: boolean, promise: string, what: string): Breach[] {
	return holds ? [] : [{ promise, what }];
}
