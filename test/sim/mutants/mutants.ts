/**
 * Mutants: the system with one rule broken, each with the promise that breaks with it. If
 * a run over a few seeds does not find it, the simulator or the checker is blind there.
 * Only what surrounds the actors is changed; the product has no switches for this.
 */
import {
	blindToPriority,
	carelessClaims,
	costlyCrashes,
	innocentClaims,
	reusedTokens,
} from "./broken-claims.ts";
import { EVENT_MUTANTS } from "./broken-events.ts";
import {
	forgetfulLives,
	forgetfulOpening,
	hastySilence,
	hastyVerdict,
	patientSilence,
} from "./broken-leases.ts";
import { LIVE_MUTANTS } from "./broken-live.ts";
import { revived } from "./broken-reads.ts";
import {
	anyTokenEnds,
	blindSweep,
	deafReaper,
	eagerCounts,
	hastyYes,
	lostPlaces,
	silentListing,
	smoothTime,
} from "./broken-records.ts";
import { gullibleSweep, silentShelf, silentSweep } from "./broken-sweeps.ts";
import {
	deadlyTakeover,
	deafToTime,
	hastyPromotion,
	lateClaims,
} from "./broken-times.ts";
import { WISH_MUTANTS } from "./broken-wishes.ts";
import { DeafExecutor } from "./deaf-executor.ts";
import { forgottenCancels } from "./forgotten-cancels.ts";
import { forgottenTokens } from "./forgotten-tokens.ts";
import { gullibleHome } from "./gullible-home.ts";
import { HastyExecutor } from "./hasty-executor.ts";
import { HEEDLESS } from "./heedless-executor.ts";
import type { NamedMutant } from "./named-mutant.ts";
import { numberlessPulses } from "./numberless-pulses.ts";
import { openShards } from "./open-shards.ts";
import { TOLD_MUTANTS } from "./told-mutants.ts";

export const MUTANTS: readonly NamedMutant[] = [
	{
		name: "an end is taken without a look at its token",
		breaks: "a result is taken from its newest token only",
		fault: "cut from the store",
		shard: anyTokenEnds,
	},
	{
		name: "a claim does not compare: two nodes get the same task",
		breaks: "tokens are unique and rise",
		shard: carelessClaims,
	},
	{
		name: "a submission is acknowledged before it is written",
		breaks: "every accepted task is there, and nothing else",
		shard: hastyYes,
	},
	{
		name: "a session is reaped although it has renewed its lease",
		breaks: "executions overlap only while a holder is paused",
		shard: deafReaper,
	},
	{
		name: "a token is used again",
		breaks: "tokens are unique and rise",
		shard: reusedTokens,
	},
	{
		name: "a task has lost its place in the queue",
		breaks: "everything ends in bounded time",
		shard: lostPlaces,
	},
	{
		name: "a task is PENDING and in no queue",
		breaks: "the store's books are right",
		shard: lostPlaces,
	},
	{
		name: "an end that is told again is counted again",
		breaks: "the store's books are right",
		fault: "flaky link",
		shard: eagerCounts,
	},
	{
		name: "a node that joins makes its number of shards the cluster's at once",
		breaks: "a cluster has one number of shards",
		fault: "joiner of another number",
		agreeing: (number, shards, _mayMake, isEmpty) =>
			number.agree(shards, true, isEmpty),
	},
	{
		name: "a node brings its number of shards to tasks that are there, and none is kept",
		breaks: "a cluster has one number of shards",
		fault: "joiner of another number",
		agreeing: (number, shards) => number.agree(shards, true, true),
		shard: numberlessPulses,
	},
	{
		name: "a shard does not look at the number that those who submit go by",
		breaks: "a cluster has one number of shards",
		fault: "joiner of another number",
		shard: openShards,
	},
	{
		name: "the first shard says that any number is the cluster's",
		fromSeed: 70,
		breaks: "a cluster has one number of shards",
		fault: "joiner of another number",
		shard: gullibleHome,
	},
	{
		name: "there is no sweep, and announcements are lost",
		breaks: "everything ends in bounded time",
		shard: silentSweep,
		hub: (hub) => {
			hub.faults.lose = 1;
		},
	},
	{
		name: "what nobody serves is told to nobody",
		breaks: "everything ends in bounded time",
		shard: silentShelf,
	},
	{
		name: "what is only said to have work stands in line with what has",
		breaks: "what waits beside an idle node is started by its sweep",
		shard: gullibleSweep,
	},
	{
		name: "a node at risk takes its turn like the rest",
		fromSeed: 60,
		breaks: "a node at risk is the last to take new work",
		hub: (hub) => {
			hub.tamper = (message) => {
				if (message.kind !== "digest") return message;
				const { atRisk: _unsaid, ...said } = message;
				return said;
			};
		},
	},
	{
		name: "nobody looks for leases that have run out",
		fromSeed: 20,
		breaks: "everything ends in bounded time",
		fault: "loss",
		shard: blindSweep,
	},
	{
		name: "nodes do not notice a step of the store's clock",
		fromSeed: 8,
		breaks: "executions overlap only while a holder is paused",
		fault: "clock step",
		shard: smoothTime,
	},
	{
		name: "a node whose trust has ended runs on",
		breaks: "executions overlap only while a holder is paused",
		executor: (sound) => new DeafExecutor(sound),
	},
	{
		name: "a node is not told of tasks that the store has forgotten",
		fromSeed: 15,
		breaks: "what a node runs, the store lists",
		fault: "store restored",
		shard: silentListing,
	},
	...TOLD_MUTANTS,
	{
		name: "a run counts as over as soon as it is told to stop",
		breaks: "no node runs a task twice at once",
		fault: "store restored",
		executor: (sound) => new HastyExecutor(sound),
	},
	HEEDLESS,
	{
		name: "a task that has lost its node again and again still runs with others",
		breaks: "a task that ends its node takes down 3 at most",
		fault: "process killed by its task",
		shard: innocentClaims,
	},
	{
		name: "a task counts as all that its node ran, whatever that ran in other shards",
		fromSeed: 23,
		breaks: "a task ends as its code does",
		fault: "process killed by its task",
		shard: hastyVerdict,
	},
	{
		name: "what a node ran in a shard is forgotten as soon as that has taken it back",
		fromSeed: 16,
		breaks: "a task ends as its code does",
		fault: "process killed by its task",
		shard: forgetfulLives,
	},
	{
		name: "a process waits for tasks in calls that nothing ends",
		breaks: "a stopping node is gone by its bound",
		fault: "drain",
		lingers: true,
	},
	{
		name: "peers say that they are away from the store although they are not",
		breaks: "executions overlap only while a holder is paused",
		fault: "cut from the store",
		hub: (hub) => {
			hub.tamper = (message) =>
				message.kind === "answer" ? { ...message, away: true } : message;
		},
	},
	{
		name: "a silent node's lease is taken although it has been renewed",
		breaks: "executions overlap only while a holder is paused",
		shard: hastySilence,
	},
	{
		name: "whoever falls silent loses its lease, although only links are cut",
		breaks: "without trouble nothing is stopped, and no lease lost",
		fault: "partition",
		shard: hastySilence,
	},
	{
		name: "a silent node keeps its lease to the end",
		breaks: "a host that vanishes is missed before its lease ends",
		fault: "vanish",
		shard: patientSilence,
	},
	{
		name: "an opening that was sent again ends the session that it opened",
		breaks: "without trouble nothing is stopped, and no lease lost",
		shard: forgetfulOpening,
	},
	{
		name: "a task that has ended waits again",
		breaks: "only listed transitions happen",
		shard: revived,
	},
	{
		name: "a claim does not look for the highest priority",
		breaks: "higher priorities go first",
		shard: blindToPriority,
	},
	{
		name: "a task is given before it is due",
		breaks: "no task begins before its time, or after it",
		shard: hastyPromotion,
	},
	{
		name: "what is due is left as it is",
		breaks: "what is due is seen to in time",
		shard: deafToTime,
	},
	{
		name: "a task begins though it has expired",
		breaks: "no task begins before its time, or after it",
		shard: lateClaims,
	},
	{
		name: "a task expires that has begun in time, and was taken over",
		breaks: "no task begins before its time, or after it",
		fault: "kill",
		shard: deadlyTakeover,
	},
	{
		name: "a crash uses up a retry",
		breaks: "what fails is tried again as often as was asked for",
		shard: costlyCrashes,
	},
	...WISH_MUTANTS,
	{
		name: "a task that is to end waits again, as its node is lost",
		breaks: "what is cancelled begins no more, and ends",
		shard: forgottenCancels,
	},
	{
		name: "what nodes know of access tokens is not put back",
		fromSeed: 49,
		breaks: "nothing crashes or leaks",
		fault: "store crash",
		shard: forgottenTokens,
	},
	...EVENT_MUTANTS,
	...LIVE_MUTANTS,
];
