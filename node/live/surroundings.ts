/** What is known besides tasks: nodes, whether the store is away, and which nodes agree that it is. */
import { LIVE_NAMES_MAX } from "../../protocol/limits.ts";
import type { LiveFrame } from "../../protocol/schema/live.ts";
import type { NodeView } from "../ports.ts";

type StoreLine = NonNullable<LiveFrame["store"]>;

/** What is told of the store; as long as it is up, nothing else. */
export function readStore(
	away:
		| { readonly sinceMs: number; readonly why: string | undefined }
		| undefined,
	nodes: readonly NodeView[],
	own: string,
): StoreLine {
	if (away === undefined) return { up: true };
	const others = nodes.filter(
		({ record, digest, state }) =>
			record.nodeId !== own && digest !== undefined && state !== "dead",
	);
	const agree = others.filter(({ digest }) => digest?.storeUp === false);
	const disagree = others.filter(({ digest }) => digest?.storeUp === true);
	return {
		...{ up: false, awaySinceMs: Math.round(away.sinceMs) },
		...(away.why !== undefined && { why: away.why }),
		...{ agree: agree.length, agreeNames: namesOf(agree) },
		...{ disagree: disagree.length, disagreeNames: namesOf(disagree) },
	};
}

function namesOf(nodes: readonly NodeView[]): string[] {
	return nodes.slice(0, LIVE_NAMES_MAX).map(({ record }) => record.name);
}
