/**
 * What is pointed at in the lanes, by mouse or by keyboard: what it is, in words, and the way
 * that a task took from the node that was lost to the next, labelled with how long it took.
 */
import { type ReadonlySignal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { curveOf, kindOf } from "../charts/lanes.ts";
import { go, hrefOf } from "../state/address.ts";
import type { LaneAttempt, LiveModel } from "../words/live-model.ts";
import { exactSpanOf, spanOf } from "../words/times.ts";

/** What is pointed at: a bar, by its key, or a node, by its number. */
type Pointed = { readonly bar: string } | { readonly n: number };

interface Pointing {
	readonly pointed: ReadonlySignal<Pointed | undefined>;
	/** Whether somebody points at the lanes, so that nothing may move. */
	readonly isHeld: ReadonlySignal<boolean>;
	readonly onPointerOver: (event: PointerEvent) => void;
	readonly onPointerLeave: () => void;
	readonly onFocusIn: (event: FocusEvent) => void;
	readonly onFocusOut: () => void;
	readonly onClick: (event: MouseEvent) => void;
}

export function usePointed(): Pointing {
	const pointed = useSignal<Pointed>();
	const isHeld = useSignal(false);
	const point = ({ target }: Event) => {
		pointed.value = pointedAt(target);
	};
	const leave = () => {
		pointed.value = undefined;
		isHeld.value = false;
	};
	return {
		...{ pointed, isHeld },
		onPointerOver: (event) => {
			// A touch does not hold the lanes still forever.
			if (event.pointerType === "mouse") isHeld.value = true;
			point(event);
		},
		onPointerLeave: leave,
		onFocusIn: (event) => {
			if (pointedAt(event.target) === undefined) return;
			isHeld.value = true;
			point(event);
		},
		onFocusOut: leave,
		onClick: ({ target }) => {
			const task = (target as Element).closest("[data-task]");
			const id = task?.getAttribute("data-task");
			if (id) go(hrefOf(`tasks/${id}`));
		},
	};
}

function pointedAt(target: EventTarget | null): Pointed | undefined {
	if (!(target instanceof Element)) return undefined;
	const bar = target.closest("[data-bar]")?.getAttribute("data-bar");
	if (bar) return { bar };
	const n = target.closest("[data-n]")?.getAttribute("data-n");
	return n ? { n: Number(n) } : undefined;
}

interface Parts {
	readonly pointed: Pointed | undefined;
	readonly model: LiveModel;
}

export function Curves({ pointed, model }: Parts): JSX.Element {
	const box = useRef<SVGSVGElement>(null);
	const found = pointed === undefined ? [] : waysOf(pointed, model);
	const drawn = useSignal<readonly Drawn[]>([]);
	const key = found.map(({ to }) => to.key).join();
	useLayoutEffect(() => {
		const svg = box.current;
		drawn.value =
			svg === null ? [] : found.flatMap((way) => draw(svg, way) ?? []);
	}, [key]);
	const told =
		pointed && "bar" in pointed ? model.attempts.get(pointed.bar) : undefined;
	return (
		<>
			<svg ref={box} class="curves" aria-hidden="true">
				{drawn.value.map(({ key, d, x, y, label }) => (
					<g key={key}>
						<path d={d} />
						<text x={x} y={y}>
							{label}
						</text>
					</g>
				))}
			</svg>
			<p class="told" role="status">
				{told && <Told attempt={told} model={model} />}
			</p>
		</>
	);
}

function Told({
	attempt,
	model,
}: {
	readonly attempt: LaneAttempt;
	readonly model: LiveModel;
}): JSX.Element {
	const { task, type, queue, moved, claimedMs, endedMs } = attempt;
	const node = model.nodes.get(attempt.n)?.name ?? "";
	const from =
		moved && (model.nodes.get(moved.n)?.name ?? "a node that is gone");
	const ran = spanOf((endedMs ?? model.nowMs) - claimedMs);
	const what = {
		done: "ran",
		runs: "runs",
		failed: "failed after",
		cut: "was cut off after",
		back: "ended after",
	};
	return (
		<>
			<b>
				<bdi>{type}</bdi>
			</b>{" "}
			on <bdi>{queue}</bdi> · <bdi class="fixed">{task}</bdi> · attempt{" "}
			{String(attempt.attempt ?? 1)} {what[kindOf(attempt)]} {ran} on {node}
			{moved &&
				` · began ${exactSpanOf(claimedMs - moved.endedMs)} after it was cut off on ${from}`}
		</>
	);
}

interface Way {
	readonly from: string;
	readonly to: LaneAttempt;
}

/** The way of a bar; or, of a node, the ways of all tasks that moved to it or away. */
function waysOf(pointed: Pointed, { attempts }: LiveModel): Way[] {
	const ways: Way[] = [];
	for (const to of attempts.values()) {
		if (to.moved === undefined) continue;
		const from = `${to.shard} ${to.moved.token}`;
		const isMeant =
			"bar" in pointed
				? pointed.bar === to.key || pointed.bar === from
				: pointed.n === to.n || pointed.n === to.moved.n;
		if (isMeant) ways.push({ from, to });
	}
	return ways;
}

interface Drawn {
	readonly key: string;
	readonly d: string;
	readonly x: number;
	readonly y: number;
	readonly label: string;
}

/** From bar to bar, wherever these stand now; undefined if one of them cannot be seen. */
function draw(svg: SVGSVGElement, { from, to }: Way): Drawn | undefined {
	const box = svg.getBoundingClientRect();
	const lanes = svg.closest(".lanes");
	const find = (key: string) =>
		lanes
			?.querySelector(`path[data-bar="${CSS.escape(key)}"]`)
			?.getBoundingClientRect();
	const [dead, next] = [find(from), find(to.key)];
	if (dead === undefined || next === undefined) return undefined;
	const start = [dead.right - box.left, middle(dead) - box.top] as const;
	const end = [next.left - box.left, middle(next) - box.top] as const;
	return {
		key: to.key,
		d: curveOf(start, end),
		x: (start[0] + end[0]) / 2,
		y: (start[1] + end[1]) / 2 - 4,
		label: exactSpanOf(to.claimedMs - (to.moved?.endedMs ?? to.claimedMs)),
	};
}

const middle = ({ top, bottom }: DOMRect) => (top + bottom) / 2;
