/**
 * Where a node's main thread spends its time while it works a backlog off: a
 * CPU profile by V8, from the end of the warm-up to the last result, added up
 * by function and by what the code belongs to.
 *
 * It is taken in a run of its own, since sampling slows what it looks at; the
 * times of `cost-cpu.ts` are those of a node that is left alone.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { nowMs, sleep } from "./clock.ts";
import type { Ground } from "./contender.ts";
import { ACCEPTING, BenchNode } from "./cost-node.ts";
import {
	type CpuProfile,
	type ProfileSummary,
	type Span,
	summarizeProfile,
} from "./cost-profile-summary.ts";

/** Not the bundle, where one cannot see what belongs to whom. */
const SOURCES = "node/main.ts";
const WARM_UP = 0.1;
const POLL_MS = 20;

/** `keepIn`: where the `.cpuprofile` is to be left, for a browser's tools to open. */
export async function profileProcessing(
	ground: Ground,
	keepIn?: string,
): Promise<ProfileSummary> {
	const directory = join(ground.directory, "profile");
	const window = await runProfiled(ground, directory);
	const [file] = readdirSync(directory);
	if (file === undefined) throw new Error("the node has left no profile");
	const path = join(directory, file);
	if (keepIn !== undefined) {
		mkdirSync(keepIn, { recursive: true });
		copyFileSync(path, join(keepIn, file));
	}
	const profile = JSON.parse(readFileSync(path, "utf8")) as CpuProfile;
	return summarizeProfile(profile, window);
}

async function runProfiled(ground: Ground, directory: string): Promise<Span> {
	await using door = await BenchNode.start(ground, ACCEPTING);
	await door.submitAll(ground.tasks, { type: "noop" });
	// It is written when the node has ended, that is on return.
	const args = ["--cpu-prof", "--cpu-prof-dir", directory];
	await using _worker = await BenchNode.start(ground, [], args, SOURCES);
	while ((await door.unfinished()) > ground.tasks * (1 - WARM_UP))
		await sleep(POLL_MS);
	const fromMs = nowMs();
	await door.drained();
	return { fromMs, toMs: nowMs() };
}
