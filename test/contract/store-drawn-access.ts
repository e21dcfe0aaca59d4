/** Operations on access tokens, drawn at random: few names, so that versions collide. */
import type { AccessToken } from "../../protocol/access.ts";
import { ACCESS_HOUR_MS } from "../../protocol/limits.ts";
import { SEQ_EPOCH_MS } from "../../protocol/rank.ts";
import type { SeededRandom } from "../random.ts";
import type { Operation } from "./store-operation.ts";

const NAMES = ["ann", "bob", "cid"];

export function drawAccess(random: SeededRandom): Operation {
	const name = random.pick(NAMES);
	const hash = random.below(4).toString(16).repeat(64);
	switch (random.below(5)) {
		case 0: {
			const role = random.pick(["read", "operate"] as const);
			return { method: "access.grantToken", args: [{ name, hash, role }] };
		}
		case 1:
			return { method: "access.revokeToken", args: [name] };
		case 3: {
			const since = random.pick([0, 2 * SEQ_EPOCH_MS]);
			const limit = 1 + random.below(3);
			return { method: "access.tokens", args: [since, limit] };
		}
		case 2: {
			const hourMs = random.below(9) * ACCESS_HOUR_MS;
			return { method: "access.tokensUsed", args: [[name, "nobody"], hourMs] };
		}
		default:
			return { method: "access.putTokensBack", args: [drawKnown(random)] };
	}
}

function drawKnown(random: SeededRandom): AccessToken[] {
	return NAMES.filter(() => random.oneIn(2)).map((name) => ({
		...{ name, hash: "f".repeat(64), role: "submit" },
		version: random.pick([1, 2, SEQ_EPOCH_MS, 2 * SEQ_EPOCH_MS]),
		createdMs: 1,
		// Not so long ago that it is discarded.
		...(random.oneIn(2) && { revokedMs: 2 * SEQ_EPOCH_MS }),
	}));
}
