/** Why Redis is away is said in words for its operator, not in those of a library. */
import { expect, test } from "vitest";
import { absenceOf } from "../../node/store/redis/failure.ts";

const SENTINELS =
	"All sentinels are unreachable. Retrying from scratch after 10ms.";

test.each([
	[
		"Socket timeout. Expecting data, but didn't receive any in 2000ms.",
		"it takes connections and does not answer",
	],
	[SENTINELS, "none of its Sentinels leads to a primary"],
	[
		`${SENTINELS} Last error: connect ECONNREFUSED 127.0.0.1:26379`,
		"none of its Sentinels leads to a primary (connect ECONNREFUSED 127.0.0.1:26379)",
	],
	["write EPIPE", "it is not reachable (the connection closed)"],
	["read ECONNRESET", "it is not reachable (the connection closed)"],
	[
		"connect ECONNREFUSED 127.0.0.1:6379",
		"it is not reachable (connect ECONNREFUSED 127.0.0.1:6379)",
	],
	[
		"getaddrinfo ENOTFOUND theredis",
		"it is not reachable (getaddrinfo ENOTFOUND theredis)",
	],
	["", "it is not reachable (Error)"],
])("%s", (message, clause) => {
	expect(absenceOf(new Error(message))).toBe(clause);
});
