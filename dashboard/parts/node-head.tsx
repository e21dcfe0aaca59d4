/** A node beside its lane: name, state, how busy, and its lease, which drains visibly when nobody renews it. */
import type { JSX } from "preact";
import { LEASE_TTL_MS } from "../../protocol/limits/lease.ts";
import { hrefOf } from "../state/address.ts";
import type { LiveNode } from "../words/live-model.ts";
import { counted, figure } from "../words/times.ts";
import { Badge } from "./glyph.tsx";

const LEASE_PX = 40;

interface Parts {
	readonly node: LiveNode;
}

export function NodeHead({ node }: Parts): JSX.Element {
	const { name, state, running = 0, slots = 0, http } = node;
	return (
		<div class="node-head" data-n={node.n}>
			<a class="node-name" href={hrefOf("nodes", { node: name })} title={http}>
				<bdi>{name}</bdi>
			</a>
			<Badge state={state} />
			<small>
				{state === "dead" ? (
					seenBy(node)
				) : (
					<>
						<Lease node={node} /> {figure(running)} of {figure(slots)}
					</>
				)}
			</small>
		</div>
	);
}

function seenBy({ seenBy = 0 }: LiveNode): string {
	return seenBy === 0 ? "seen by nobody" : `seen by ${counted(seenBy, "node")}`;
}

/** Of a lease that is renewed in time, four fifths are left at least. */
export function Lease({ node }: Parts): JSX.Element {
	const { leaseLeftMs } = node;
	const left = Math.min(Math.max(leaseLeftMs ?? 0, 0), LEASE_TTL_MS);
	const word =
		leaseLeftMs === undefined
			? "lease not known"
			: leaseLeftMs <= 0
				? "lease run out"
				: `lease ${(leaseLeftMs / 1_000).toFixed(1)} s`;
	const isLow = left < LEASE_TTL_MS * 0.55;
	return (
		<svg
			class="lease"
			width={LEASE_PX}
			height="6"
			role="img"
			aria-label={word}
			data-tone={isLow ? "suspect" : "up"}
		>
			<title>{word}</title>
			<rect class="whole" width={LEASE_PX} height="6" rx="1" />
			<rect
				width={Math.round((left / LEASE_TTL_MS) * LEASE_PX)}
				height="6"
				rx="1"
			/>
		</svg>
	);
}
