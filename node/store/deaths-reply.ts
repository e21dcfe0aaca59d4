/** Decodes the answer of `deaths.lua`: how a node's leases were taken, one line each. */
import { DEATH_GROUNDS, type Sighting } from "../../protocol/loss.ts";
import type { Death, Deaths } from "../ports.ts";
import type { Reply } from "./redis/connection.ts";

/** Decodes the answer. Unreadable lines, which occur only in a store that was tampered with, are left out. */
export function decodeDeaths(reply: Reply): Deaths {
	const [nowMs, text] = reply as [number, string];
	const deaths = text.split("\n").map(decodeDeath);
	return { nowMs, deaths: deaths.filter((death) => death !== undefined) };
}

function decodeDeath(line: string): Death | undefined {
	const [epoch, at, word, by = "", left, tasks, ...json] = line.split(" ");
	const grounds = DEATH_GROUNDS.find((each) => each === word);
	const numbers = [epoch, at, left, tasks].map(Number);
	const saw = readSightings(json.join(" "));
	if (grounds === undefined || !numbers.every(Number.isSafeInteger) || !saw)
		return undefined;
	const [epochRead, atMs, leaseLeftMs, tasksRead] = numbers as [
		...[number, number, number, number],
	];
	return {
		...{ epoch: epochRead, atMs, grounds, by: by === "-" ? "" : by },
		...{ leaseLeftMs, tasks: tasksRead, saw },
	};
}

function readSightings(json: string): readonly Sighting[] | undefined {
	try {
		const read: unknown = JSON.parse(json);
		return Array.isArray(read) ? read.filter(isSighting) : undefined;
	} catch {
		return undefined;
	}
}

function isSighting(value: unknown): value is Sighting {
	if (typeof value !== "object" || value === null) return false;
	const { nodeId, verdict, lastRenewalMs = 0 } = value as Partial<Sighting>;
	return (
		typeof nodeId === "string" &&
		typeof verdict === "string" &&
		Number.isSafeInteger(lastRenewalMs)
	);
}
