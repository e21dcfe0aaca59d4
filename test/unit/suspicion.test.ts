import { expect, test } from "vitest";
import { judge, type Observed } from "../../protocol/suspicion.ts";

const TTL_MS = 5_000;
const RENEWAL_MS_MAX = 900;
const FRESH_MS = TTL_MS - RENEWAL_MS_MAX;
const MISSED_TWO_MS = TTL_MS - 2 * RENEWAL_MS_MAX - 1;

function observed(what: Partial<Observed>): Observed {
	return {
		connected: false,
		reach: "unreachable",
		leaseLeftMs: FRESH_MS,
		ttlMs: TTL_MS,
		renewalMsMax: RENEWAL_MS_MAX,
		peersSeeing: 0,
		refusalsLie: false,
		...what,
	};
}

test.each<[string, Partial<Observed>, string]>([
	["connected", { connected: true, reach: "refused" }, "alive"],
	[
		"answering, renewing and seen",
		{ reach: "answers", peersSeeing: 1 },
		"alive",
	],
	["answering and renewing, seen by nobody", { reach: "answers" }, "suspect"],
	[
		"answering and seen, but late to renew",
		{ reach: "answers", peersSeeing: 1, leaseLeftMs: MISSED_TWO_MS },
		"suspect",
	],
	[
		"unreachable, but seen",
		{ peersSeeing: 1, leaseLeftMs: MISSED_TWO_MS },
		"suspect",
	],
	["unreachable, but renewing", {}, "suspect"],
	[
		"unreachable, late and seen by nobody",
		{ leaseLeftMs: MISSED_TWO_MS },
		"suspect",
	],
	["refused by its host", { reach: "refused", peersSeeing: 2 }, "dead"],
	[
		"refused, where refusals lie",
		{ reach: "refused", refusalsLie: true },
		"suspect",
	],
])("a peer that is %s", (_what, what, verdict) => {
	expect(judge(observed(what))).toBe(verdict);
});
