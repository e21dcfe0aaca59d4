/**
 * One process of a mesh: several of its nodes. Started with a channel, over which
 * it is told what to do and with which it ends.
 *
 *   mesh-member.ts DIRECTORY NODES
 *
 * DIRECTORY is made, for the keys of the nodes.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { AdmittedPeer } from "../../node/ports.ts";
import { MeshNode, report } from "./mesh-node.ts";

/** Whom its nodes may talk to; or it shall report, which it answers with a `Report`. */
export type ToMember = { readonly admit: readonly AdmittedPeer[] } | "report";

process.on("disconnect", () => process.exit());
const [directory = "", count] = process.argv.slice(2);
mkdirSync(directory);
const nodes: MeshNode[] = [];
for (let i = 0; i < Number(count); i++)
	nodes.push(await MeshNode.start(join(directory, String(i))));
process.on("message", (message: ToMember) => {
	if (message === "report") process.send?.(report(nodes));
	else for (const node of nodes) node.admit(message.admit);
});
/** What it says first. */
export type Up = readonly AdmittedPeer[];
process.send?.(nodes.map(({ peer }) => peer) satisfies Up);
