/** Stores and nodes that report of attempts what is not true. */
import { forgottenRuns } from "./broken-claims.ts";
import {
	earlyStarts,
	forgetfulListing,
	wordlessLosses,
} from "./broken-records.ts";
import type { NamedMutant } from "./named-mutant.ts";

export const TOLD_MUTANTS: readonly NamedMutant[] = [
	{
		name: "attempts are said to have begun before they were claimed",
		breaks: "what is told of attempts is so",
		shard: earlyStarts,
	},
	{
		name: "a lost attempt does not say why",
		breaks: "what is told of attempts is so",
		fault: "loss",
		shard: wordlessLosses,
	},
	{
		name: "a task that had begun is given back as if it had not",
		breaks: "what is told of attempts is so",
		fault: "cut from the store",
		shard: forgottenRuns,
	},
	{
		name: "the store says that it has forgotten what it has not",
		breaks: "without trouble nothing is stopped, and no lease lost",
		shard: forgetfulListing,
	},
];
