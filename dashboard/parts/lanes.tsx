/**
 * Handover lanes: what each node ran in the last minute, a line a slot, a bar an attempt. When
 * a node dies its lane closes, what was cut off turns dashed, and begins again elsewhere with a
 * mark at its left edge; pointing at one draws the way that it took. A table says the same.
 *
 * The lanes hold still while somebody points at them.
 */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import {
	barsOf,
	cellsOf,
	type Layout,
	laneHeight,
	layoutOf,
	type Scale,
	shiftOf,
} from "../charts/lanes.ts";
import { live } from "../state/live.ts";
import {
	LANE_MS,
	type LaneAttempt,
	type LiveModel,
	type LiveNode,
} from "../words/live-model.ts";
import { byName } from "../words/nodes.ts";
import { clockTime } from "../words/times.ts";
import { Bars } from "./bars.tsx";
import { Curves, usePointed } from "./curves.tsx";
import { LaneTable } from "./lane-table.tsx";
import { NodeHead } from "./node-head.tsx";
import { Tiles } from "./tiles.tsx";
import { useWidth } from "./width.ts";

/** After so long, places are counted from a new moment, as pixels get too many digits. */
const REBASED_MS = 600_000;
const HEAT_PX = 12;
const TICKS = 4;

export function Lanes(): JSX.Element | null {
	const model = live.value;
	const { ref, width } = useWidth();
	const { pointed, isHeld, ...handlers } = usePointed();
	const heldMs = useSignal<number>(0);
	if (!isHeld.value) heldMs.value = 0;
	else if (heldMs.value === 0) heldMs.value = model?.nowMs ?? 0;
	const nowMs = heldMs.value || (model?.nowMs ?? 0);
	const all = [...(model?.nodes.values() ?? [])].sort(byLaneName);
	const layout = layoutOf(all.length);
	const shown = layout === "tiles" ? all.filter(isIll).slice(0, 12) : all;
	const scale = {
		widthPx: width.value,
		baseMs: Math.floor(nowMs / REBASED_MS) * REBASED_MS,
	};
	return (
		<section class="lanes" aria-label="What each node runs" {...handlers}>
			<div class="ticks" aria-hidden="true">
				<div ref={ref}>
					{Array.from({ length: TICKS }, (_, at) => (
						<span key={at}>−{((TICKS - at) * LANE_MS) / TICKS / 1_000} s</span>
					))}
					<span>
						{heldMs.value ? clockTime(new Date(nowMs), nowMs) : "now"}
					</span>
				</div>
			</div>
			{model &&
				width.value > 0 &&
				shown.map((node) => (
					<Lane
						key={node.n}
						{...{ node, model, nowMs, scale }}
						layout={layout === "heat" && !isIll(node) ? "heat" : "lanes"}
					/>
				))}
			{model && <LaneTable nodes={shown} model={model} />}
			{layout === "tiles" && <Tiles nodes={all} />}
			{model && <Curves pointed={pointed.value} model={model} />}
		</section>
	);
}

const byLaneName = (a: LiveNode, b: LiveNode) =>
	byName({ name: a.name, id: `${a.n}` }, { name: b.name, id: `${b.n}` });

const isIll = ({ state }: LiveNode) => state !== "up";

interface LaneParts {
	readonly node: LiveNode;
	readonly model: LiveModel;
	readonly nowMs: number;
	readonly scale: Scale;
	readonly layout: Layout;
}

function Lane({ node, model, nowMs, scale, layout }: LaneParts): JSX.Element {
	const { n, slots = 1 } = node;
	const height = layout === "heat" ? HEAT_PX : laneHeight(slots);
	const own: LaneAttempt[] = [];
	for (const each of model.attempts.values()) if (each.n === n) own.push(each);
	const bars = barsOf(own, nowMs, scale);
	const hasCells = model.isByCells || layout === "heat";
	const cells = hasCells
		? cellsOf(model.cells, n, scale, height)
		: { busy: "", failed: "" };
	return (
		<div class="lane" data-layout={layout}>
			<NodeHead node={node} />
			{/* biome-ignore lint/a11y/useSemanticElements: a drawing holds no fields */}
			<svg
				class="line-box"
				width="100%"
				height={height}
				role="group"
				aria-label={`Attempts on ${node.name}`}
			>
				<g transform={`translate(${shiftOf(nowMs, scale)} 0)`}>
					<path class="busy" d={cells.busy} />
					<path class="lost" d={cells.failed} />
					<Bars
						bars={layout === "heat" ? [] : bars}
						deaths={model.deaths.filter((death) => death.n === n)}
						{...{ scale, height }}
					/>
				</g>
			</svg>
		</div>
	);
}
