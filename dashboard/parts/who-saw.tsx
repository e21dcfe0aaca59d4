/** Who saw a node when it lost its lease: each observer's connection, port, last renewal and verdict, and Redis' own row. */
import type { ComponentChildren, JSX } from "preact";
import type { DeathList } from "../../protocol/schema/deaths.ts";
import { alone, nameOf } from "../words/nodes.ts";
import { counted, exactTime, spanOf } from "../words/times.ts";
import { Badge, type GlyphName } from "./glyph.tsx";
import { type Head, Table } from "./table.tsx";

type Death = DeathList["deaths"][number];
type Observer = Death["observers"][number];

const HEADS: readonly Head[] = [
	...["Observer", "Connection", "Port", "Last renewal", "Verdict"],
];

const VERDICTS: Readonly<Record<Observer["verdict"], GlyphName>> = {
	alive: "up",
	suspect: "suspect",
	dead: "dead",
	silent: "cut-off",
	expired: "EXPIRED",
};

interface Parts {
	readonly name: string;
	readonly death: Death;
	/** What has become of its tasks, as far as that is still told. */
	readonly children?: ComponentChildren;
}

export function WhoSaw({ name, death, children }: Parts): JSX.Element {
	const { at, tasks, why, observers } = death;
	const node = alone(name);
	return (
		<section class="who-saw" aria-label={`Who saw ${name}`}>
			<h3>
				Who saw {node} at <time>{exactTime(new Date(at))}</time>
			</h3>
			<p>
				Its lease was taken because {why}. It ran {counted(tasks, "task")} then.
			</p>
			{children}
			<Table label={`Who saw ${name}`} heads={HEADS} empty="Nobody has said.">
				{[
					...observers.map((observer) => (
						<Row key={observer.node} observer={observer} at={at} />
					)),
					<Redis key="redis" death={death} />,
				]}
			</Table>
		</section>
	);
}

function Row({
	observer,
	at,
}: {
	readonly observer: Observer;
	readonly at: string;
}): JSX.Element {
	const { node, nodeName, connection, port, lastRenewalAt, verdict } = observer;
	return (
		<tr>
			<th scope="row">
				<bdi>{nameOf(nodeName, node)}</bdi>
			</th>
			<td>{connection ?? "—"}</td>
			<td>{port ?? "—"}</td>
			<td>{lastRenewalAt ? `${before(lastRenewalAt, at)} before` : "—"}</td>
			<td>
				<Badge state={VERDICTS[verdict]} word={verdict} />
			</td>
		</tr>
	);
}

function Redis({ death }: { readonly death: Death }): JSX.Element {
	const { at, lastRenewalAt, leaseLeftMs, revokedBy, revokedByName } = death;
	const left =
		leaseLeftMs > 0
			? `${spanOf(leaseLeftMs)} of the lease were left`
			: `the lease had run out ${spanOf(-leaseLeftMs)} before`;
	const by =
		revokedBy === undefined
			? ""
			: `taken by ${alone(nameOf(revokedByName, revokedBy))}; `;
	return (
		<tr>
			<th scope="row">Redis</th>
			<td>—</td>
			<td>—</td>
			<td>{before(lastRenewalAt, at)} before</td>
			<td class="whole">
				{by}
				{left}
			</td>
		</tr>
	);
}

const before = (earlier: string, later: string) =>
	spanOf(Date.parse(later) - Date.parse(earlier));
