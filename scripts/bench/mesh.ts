/**
 * What gossip costs a node as nodes are added: digests, which every node sends as often
 * as digest-pace.ts says, and announcements, which one node sends when it has work.
 */
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { type Case, measureOfCases } from "./cases.ts";
import { runProgram } from "./children.ts";
import type { Figures, Line, Measure } from "./measure.ts";

const PROGRAM = "test/bench/mesh.ts";

export type MeshKey =
	| "messages"
	| "bytes"
	| "cpu"
	| "p50"
	| "p99"
	| "hearing"
	| "announcing";

export function meshMeasure(sizes: readonly number[]): Measure {
	const note =
		"Nodes that do nothing but gossip, over libp2p on loopback, several in a process: digests alone, then 8 to 20 announcements a second by one of them.";
	return measureOfCases("mesh", note, sizes.map(meshCase));
}

function meshCase(nodes: number): Case<MeshKey> {
	const line = (title: string, unit: string): Line => ({
		title: `mesh of ${nodes}: ${title}`,
		unit,
		better: "lower",
	});
	return {
		lines: {
			messages: line("digests that a node hears", "1/s"),
			bytes: line("… bytes in and out of a node", "B/s"),
			cpu: line("… CPU of a node", "% of a core"),
			p50: line("announcement heard by all, p50", "ms"),
			p99: line("announcement heard by all, p99", "ms"),
			hearing: line("… CPU of a node that hears one", "µs"),
			announcing: line("… CPU of the node that announces", "µs"),
		},
		run: async ({ directory }) => {
			const args = [mkdtempSync(join(directory, "mesh-")), nodes];
			return (await runProgram(PROGRAM, args)) as Figures<MeshKey>;
		},
	};
}
