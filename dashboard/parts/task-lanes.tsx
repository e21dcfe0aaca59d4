/**
 * What became of a task on one time axis: a row for its queue, and one for each node that has had
 * it, in the order in which they came, so that its token rises from row to row.
 */
import type { JSX } from "preact";
import { firstLineOf } from "../../protocol/first-line.ts";
import type { TaskAsRead } from "../../protocol/schema.ts";
import {
	type Said,
	type Span,
	saidOf,
	type TimeAxis,
	timeAxis,
} from "../charts/time-axis.ts";
import { hrefOf } from "../state/address.ts";
import {
	type AttemptSpan,
	KIND_GLYPHS,
	KIND_WORDS,
	type TaskTimes,
	type WaitKind,
	type WaitSpan,
} from "../words/attempts.ts";
import { nameOf } from "../words/nodes.ts";
import { clockTime, laterOf, spanOf } from "../words/times.ts";
import { Glyph, type GlyphName } from "./glyph.tsx";

interface Parts {
	readonly task: TaskAsRead;
	readonly times: TaskTimes;
}

const WAITS: Readonly<Record<WaitKind, string>> = {
	due: "not due yet",
	wait: "waits",
	again: "waits again",
	retry: "waits to be tried again",
	ended: "had ended; opened again",
};

export function TaskLanes({ task, times }: Parts): JSX.Element {
	const { attempts, waits } = times;
	// A task that was just submitted has not waited for any time yet.
	const bornMs = Date.parse(task.createdAt);
	const born = { fromMs: bornMs, toMs: bornMs };
	const all = [...waits, ...attempts];
	const spans = all.length === 0 ? [born] : all;
	const fromMs = Math.min(...spans.map((each) => each.fromMs));
	const toMs = Math.max(...spans.map((each) => each.toMs));
	const axis = timeAxis({ fromMs, toMs }, attempts);
	const lanes = Object.groupBy(attempts, ({ attempt }) => attempt.node);
	return (
		<div class="task-lanes">
			<Axis axis={axis} fromMs={fromMs} />
			<Lane head="Queue" note={task.queue}>
				{waits.map((wait, at) => (
					<Wait
						key={wait.fromMs}
						wait={wait}
						shares={sharesOf(waits, at, axis)}
					/>
				))}
				{axis.breaks.map((share) => (
					<span
						key={share}
						class="break"
						title="Drawn shorter than it was"
						style={{ left: percent(share) }}
					/>
				))}
			</Lane>
			{Object.entries(lanes).map(([node, own = []]) => {
				const name = nameOf(own[0]?.attempt.nodeName, node);
				return (
					<Lane
						key={node}
						head={name}
						href={hrefOf("nodes", { node: name })}
						note={tokensOf(own)}
					>
						{own.map((span, at) => (
							<Attempt
								key={span.attempt.token}
								span={span}
								shares={sharesOf(own, at, axis)}
							/>
						))}
					</Lane>
				);
			})}
		</div>
	);
}

const percent = (share: number): string => `${(share * 100).toFixed(2)}%`;

interface Shares {
	readonly from: number;
	readonly to: number;
	readonly said: Said;
}

/** Where one of several stretches is on the axis, and its words. */
function sharesOf(all: readonly Span[], at: number, axis: TimeAxis): Shares {
	const [from = 0, to = 0] = [all[at]?.fromMs, all[at]?.toMs].map((ms = 0) =>
		axis.shareOf(ms),
	);
	const before = axis.shareOf(all[at - 1]?.toMs ?? -Infinity);
	const next = axis.shareOf(all[at + 1]?.fromMs ?? Infinity);
	return { from, to, said: saidOf([from, to], before, next) };
}

function Axis({
	axis,
	fromMs,
}: {
	readonly axis: TimeAxis;
	readonly fromMs: number;
}): JSX.Element {
	return (
		<div class="axis" aria-hidden="true">
			<span />
			<div class="track">
				{axis.ticks.map(({ ms, share }, at, all) => (
					<span
						key={ms}
						class="tick"
						data-side={share > 0.94 ? "end" : undefined}
						style={{ left: percent(share) }}
					>
						{at === 0
							? // Its day is shown above.
								clockTime(new Date(ms), ms)
							: laterOf(ms - fromMs, ms - (all[at - 1]?.ms ?? ms))}
					</span>
				))}
			</div>
		</div>
	);
}

function tokensOf(own: readonly AttemptSpan[]): string {
	const numbers = own.map(({ number }) => number).join(", ");
	const tokens = own.map(({ attempt }) => shortToken(attempt.token)).join(", ");
	const [attempts, each] =
		own.length === 1 ? ["attempt", "token"] : ["attempts", "tokens"];
	return `${attempts} ${numbers} · ${each} ${tokens}`;
}

/** The end of a token, enough to see that tokens rise. */
function shortToken(token: number): string {
	const text = `${token}`;
	return text.length <= 6 ? text : `…${text.slice(-4)}`;
}

interface LaneParts {
	readonly head: string;
	readonly href?: string;
	readonly note: string;
	readonly children: JSX.Element[] | (JSX.Element | JSX.Element[])[];
}

function Lane({ head, href, note, children }: LaneParts): JSX.Element {
	return (
		<div class="task-lane">
			<div class="head">
				<b>
					<bdi>{href === undefined ? head : <a href={href}>{head}</a>}</bdi>
				</b>
				<span class="fixed" title={note}>
					<bdi>{note}</bdi>
				</span>
			</div>
			<div class="track">{children}</div>
		</div>
	);
}

function Wait({
	wait: { kind, fromMs, toMs },
	shares,
}: {
	readonly wait: WaitSpan;
	readonly shares: Shares;
}): JSX.Element {
	const text =
		kind === "ended" ? WAITS.ended : `${WAITS[kind]} ${spanOf(toMs - fromMs)}`;
	return (
		<>
			<div
				class="stretch wait"
				data-wait={kind}
				style={placeOf(shares)}
				title={text}
			/>
			<Words said={shares.said} tone="quiet" text={text} />
		</>
	);
}

function Attempt({
	span,
	shares,
}: {
	readonly span: AttemptSpan;
	readonly shares: Shares;
}): JSX.Element {
	const { kind, attempt } = span;
	const glyph = KIND_GLYPHS[kind];
	const text = barText(span);
	return (
		<>
			<div
				class="stretch"
				data-kind={kind}
				data-tone={glyph}
				data-token={attempt.token}
				style={placeOf(shares)}
				title={`Attempt ${span.number}: ${text}`}
			/>
			<Words said={shares.said} tone={glyph} glyph={glyph} text={text} />
		</>
	);
}

const placeOf = ({ from, to }: Pick<Shares, "from" | "to">) => ({
	left: percent(from),
	width: percent(to - from),
});

interface WordsParts {
	readonly said: Said;
	readonly tone: string;
	readonly glyph?: GlyphName;
	readonly text: string;
}

/** In less than this share of the axis one would see a single letter. */
const WORDS_SHARE_MIN = 0.05;

function Words({ said, tone, glyph, text }: WordsParts): JSX.Element | null {
	if (said.to - said.from < WORDS_SHARE_MIN) return null;
	return (
		<div
			class="said"
			data-side={said.side}
			data-tone={tone}
			style={placeOf(said)}
		>
			{glyph && <Glyph name={glyph} />}
			<span>{text}</span>
		</div>
	);
}

function barText({ kind, fromMs, toMs, attempt }: AttemptSpan): string {
	const ran = spanOf(toMs - fromMs);
	const error =
		attempt.error === undefined
			? ""
			: ` · ${firstLineOf(attempt.error.message)}`;
	return `${attempt.end === "timeout" ? "timed out" : KIND_WORDS[kind]} ${kind === "lost" ? "after " : ""}${ran}${error}`;
}
