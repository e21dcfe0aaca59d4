/**
 * Requests that nobody should send, to a real node with a real Redis: each is answered as the
 * description of the API says, none by an error of the node, and its memory stays.
 *
 * A flaw is shown with its number: `--seed S --times N` draws the same requests again, each
 * by its own number.
 */
import type { Breach } from "../../test/checker/checker.ts";
import { Cluster } from "../../test/cluster.ts";
import {
	Described,
	type Description,
} from "../../test/contract/http-described.ts";
import { fuzz } from "../../test/fuzz/fuzz.ts";
import { Heap } from "../../test/fuzz/heap.ts";
import { APP, BASE } from "../../test/fuzz/requests.ts";
import { bundleProgram } from "../build/program.ts";
import type { Finding, Ground, Proof } from "./proof.ts";

/** Of what it holds, from after the first quarter to the end. */
const GROWTH_MB_MAX = 5;
/** Requests while Redis stands still. */
const FROZEN = 500;

export const fuzzed: Proof = {
	name: "fuzz",
	proves: `requests that nobody should send are answered as described, none by a 5xx but a 503 that may pass; the node lives, logs no error and grows by less than ${GROWTH_MB_MAX} MB`,
	takes: "3 min",
	unit: "requests",
	times: 20_000,
	run: attack,
};

async function attack({ seed, times, tell }: Ground): Promise<Finding> {
	await bundleProgram();
	process.env.NODE_OPTIONS = "--inspect-port=0";
	const flags = [
		...["--name", "fuzzed", "--cors-origin", APP],
		...["--public-url", `https://example.com${BASE}`],
	];
	await using cluster = await Cluster.start({ nodes: [flags] });
	const node = cluster.node(1);
	using heap = await Heap.of(node);
	const { body } = await node.get<Description>("/openapi.json");
	const breaches: Breach[] = [];
	const memory: number[] = [];
	const { outcomes, flaws } = await fuzz({
		...{ port: Number(new URL(node.url).port), seed, times },
		described: new Described(body),
		each: async (done) => {
			memory.push(await heap.usedMb());
			tell(`${done} of ${times}, ${memory.at(-1)} MB`);
			const { status } = await node.get("/v1/cluster");
			if (status !== 200)
				breaches.push({ promise: "others are answered", what: `${status}` });
		},
	});
	tell(`${FROZEN} more while Redis stands still, and after`);
	process.kill(cluster.redis.pid, "SIGSTOP");
	const frozen = await fuzz({
		...{ port: Number(new URL(node.url).port), seed, times: FROZEN },
		...{ from: times, described: new Described(body) },
	}).finally(() => process.kill(cluster.redis.pid, "SIGCONT"));
	await node.ready();
	if (frozen.outcomes[503] === undefined)
		breaches.push({ promise: "without Redis it says 503", what: "it did not" });
	for (const { number, what, request } of [...flaws, ...frozen.flaws])
		breaches.push({
			promise: "each is answered as described",
			what: `number ${number}: ${what}\n${request}`,
		});
	const errors = node.output
		.split("\n")
		.filter((line) => /"level":[56]0/.test(line));
	for (const line of errors.slice(0, 5))
		breaches.push({ promise: "the node logs no error", what: line });
	if (!node.running)
		breaches.push({
			promise: "the node lives",
			what: node.output.slice(-2_000),
		});
	const before = memory[Math.ceil(memory.length / 4) - 1] ?? 0;
	const after = memory.at(-1) ?? 0;
	if (after - before > GROWTH_MB_MAX)
		breaches.push({
			promise: `memory grows by ${GROWTH_MB_MAX} MB at most`,
			what: `from ${before} to ${after} MB`,
		});
	const counts = Object.entries(outcomes).map(([what, count]) => [
		`answered ${what}`,
		count,
	]);
	return {
		figures: {
			"answered 503 while Redis stood still": frozen.outcomes[503] ?? 0,
			...Object.fromEntries(counts.sort()),
			"held after a quarter, MB": before,
			"held at the end, MB": after,
		},
		breaches,
	};
}
