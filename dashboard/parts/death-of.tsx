/** How the node died with which an attempt was lost, and who saw it, if that is still known. */
import type { JSX } from "preact";
import type { DeathList } from "../../protocol/schema/deaths.ts";
import { useAsked } from "../state/asked.ts";
import { ask } from "../state/node.ts";
import type { AttemptSpan } from "../words/attempts.ts";
import { alone, nameOf } from "../words/nodes.ts";
import { WhoSaw } from "./who-saw.tsx";

/** A death does not change once it is known; its observers may still be heard a little later. */
const ASK_MS = 10_000;
/** The most time between an attempt's end in its shard and its node's death in the first shard. */
const APART_MS_MAX = 30_000;

type Death = DeathList["deaths"][number];

export function DeathOf({
	span: { attempt, toMs },
}: {
	readonly span: AttemptSpan;
}): JSX.Element {
	const { node, nodeName, token } = attempt;
	const name = nameOf(nodeName, node);
	const { value, why } = useAsked(
		`deaths ${node} ${token}`,
		() => ask("getDeaths", { places: { id: node } }),
		ASK_MS,
	).value;
	const death = value && nearest(value.deaths, toMs);
	if (death !== undefined) return <WhoSaw name={name} death={death} />;
	return (
		<p class="note">
			{value === undefined && why === undefined
				? "Asking …"
				: `What was seen of ${alone(name)} then is no longer kept.`}
		</p>
	);
}

function nearest(deaths: readonly Death[], toMs: number): Death | undefined {
	const apart = ({ at }: Death) => Math.abs(Date.parse(at) - toMs);
	return deaths
		.filter((death) => apart(death) < APART_MS_MAX)
		.toSorted((a, b) => apart(a) - apart(b))[0];
}
