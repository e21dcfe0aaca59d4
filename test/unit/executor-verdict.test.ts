import { expect, test } from "vitest";
import { type Death, outcomeOfDeath } from "../../node/executor/verdict.ts";

const ended: Death = { kind: "ended" };
const mine: Death = { kind: "attributed", culprit: 7, message: "exit" };
const anothers: Death = { kind: "attributed", culprit: 6, message: "exit" };
const unloaded: Death = { kind: "unloaded", message: "half a file" };
const unexplained: Death = { kind: "unexplained", message: "heap" };

const aborted = { kind: "aborted" };
const innocent = { kind: "displaced", suspect: false };
const suspect = { kind: "displaced", suspect: true };

test.each([
	[
		"an aborted job is aborted, whoever ended the thread",
		ended,
		true,
		false,
		aborted,
	],
	[
		"an aborted job is aborted even where it killed the thread",
		mine,
		true,
		true,
		aborted,
	],
	[
		"a thread that the node ends displaces its other jobs",
		ended,
		false,
		false,
		innocent,
	],
	["… also the last one", ended, false, true, innocent],
	[
		"the job that was named has crashed",
		mine,
		false,
		false,
		{ kind: "crashed", message: "exit" },
	],
	["a job beside it is innocent", anothers, false, false, innocent],
	[
		"a job that inherits a dead job's mess is innocent too",
		anothers,
		false,
		true,
		innocent,
	],
	[
		"nobody is to blame for a thread that did not load",
		unloaded,
		false,
		false,
		innocent,
	],
	["… nor the only one in it", unloaded, false, true, innocent],
	[
		"with no name, each of several is a suspect",
		unexplained,
		false,
		false,
		suspect,
	],
	[
		"with no name, the only one did it",
		unexplained,
		false,
		true,
		{ kind: "crashed", message: "heap" },
	],
] as const)("%s", (_, death, wasAborted, only, expected) => {
	const bereaved = { number: 7, aborted: wasAborted, only };
	expect(outcomeOfDeath(bereaved, death)).toEqual(expected);
});
