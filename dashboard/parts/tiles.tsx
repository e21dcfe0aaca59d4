/** Many nodes, as tiles by zone: how busy each is, and which are not well. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { hrefOf } from "../state/address.ts";
import type { LiveNode } from "../words/live-model.ts";
import { counted, figure } from "../words/times.ts";
import { Glyph } from "./glyph.tsx";

export function Tiles({
	nodes,
}: {
	readonly nodes: readonly LiveNode[];
}): JSX.Element {
	// If nothing new was told of a node, its tile is the same object, which Preact skips.
	const drawn = useRef(new WeakMap<LiveNode, JSX.Element>()).current;
	const tileOf = (node: LiveNode) => {
		const tile = drawn.get(node) ?? <Tile key={node.n} node={node} />;
		drawn.set(node, tile);
		return tile;
	};
	const zones = Map.groupBy(nodes, ({ zone = "" }) => zone);
	return (
		<div class="tiles">
			{[...zones].sort(byZone).map(([zone, members]) => (
				<section key={zone} aria-label={zone || "Nodes"}>
					<h3>
						<bdi>{zone || "All"}</bdi>{" "}
						<small class="count">{counted(members.length, "node")}</small>
					</h3>
					<div>{members.map(tileOf)}</div>
				</section>
			))}
		</div>
	);
}

const byZone = ([a]: [string, unknown], [b]: [string, unknown]) =>
	a.localeCompare(b, "en", { numeric: true });

function Tile({ node }: { readonly node: LiveNode }): JSX.Element {
	const { n, name, state, running = 0, slots = 0 } = node;
	const busy = slots === 0 ? 0 : Math.round((running / slots) * 4);
	const told = `${name}: ${state}, ${figure(running)} of ${figure(slots)}`;
	return (
		<a
			class="tile"
			href={hrefOf("nodes", { node: name })}
			title={told}
			aria-label={told}
			data-n={n}
			data-tone={state}
			data-busy={busy}
		>
			{state === "up" ? null : <Glyph name={state} />}
		</a>
	);
}
