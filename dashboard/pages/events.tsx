/**
 * Events: what happens to tasks and nodes, as it happens, the newest first. Which ones stands in
 * the address. They hold still while the page is paused, or somebody is in them.
 */
import type { JSX } from "preact";
import type { EventRead } from "../../protocol/client/events.ts";
import type { Page, Place } from "../page.ts";
import { FilterField } from "../parts/filter-field.tsx";
import { Badge } from "../parts/glyph.tsx";
import { useSteady } from "../parts/steady.ts";
import { Long, Table } from "../parts/table.tsx";
import { hrefOf } from "../state/address.ts";
import { isPaused } from "../state/clock.ts";
import { useEvents } from "../state/events.ts";
import { keepPlace } from "../state/list-place.ts";
import { detailsOf, toneOf } from "../words/event-line.ts";
import {
	askedFor,
	type Chip,
	chipsIn,
	EVENT_FILTERS,
	readEventFilter,
} from "../words/filters.ts";
import { nameOf } from "../words/nodes.ts";
import { counted, exactTime } from "../words/times.ts";

export const page: Page = {
	path: "events",
	title: "Events",
	rank: 50,
	key: "e",
	View: Events,
};

const SHOWN_MAX = 200;
/** The filters that are used most, each as a chip. */
const PRESETS: readonly [word: string, kinds: readonly string[]][] = [
	["All", []],
	[
		"Nodes",
		[
			"node.up",
			"node.dead",
			"node.suspect",
			"node.cut-off",
			"node.draining",
			"node.at-risk",
			"node.left",
			"session.revoked",
			"store.away",
			"store.back",
		],
	],
	["Moves", ["task.put-back", "session.revoked", "node.dead"]],
	["Ends", ["task.ended"]],
	[
		"Who did what",
		["audit", "task.cancel-asked", "task.reopened", "task.deleted"],
	],
];

const addressOf = (chips: readonly Chip[]): string => {
	const query = new URLSearchParams(
		chips.map(({ name, value }) => [name, value]),
	);
	return `#/events${query.size > 0 ? `?${query}` : ""}`;
};

function Events({ query }: Place): JSX.Element {
	const chips = chipsIn(query, EVENT_FILTERS);
	const address = addressOf(chips);
	return (
		<section class="events" aria-labelledby="events-title">
			<h1 id="events-title">Events</h1>
			<Presets chips={chips} />
			<FilterField
				label="Filter"
				example="kind:task.ended type:resize node:node-1"
				chips={chips}
				read={readEventFilter}
				hrefOf={addressOf}
			/>
			<List key={address} address={address} chips={chips} />
		</section>
	);
}

function Presets({ chips }: { readonly chips: readonly Chip[] }): JSX.Element {
	const others = chips.filter(({ name }) => name !== "kind");
	const kinds = chips
		.filter(({ name }) => name === "kind")
		.map(({ value }) => value);
	return (
		<nav class="chips" aria-label="Kinds of events">
			{PRESETS.map(([word, own]) => (
				<a
					key={word}
					class="chip"
					href={addressOf([
						...own.map((value) => ({ name: "kind", value, text: "" })),
						...others,
					])}
					aria-current={`${own}` === `${kinds}` ? "true" : undefined}
				>
					{word}
				</a>
			))}
		</nav>
	);
}

interface ListParts {
	readonly address: string;
	readonly chips: readonly Chip[];
}

function List({ address, chips }: ListParts): JSX.Element {
	const wanted = askedFor(chips, EVENT_FILTERS);
	const { events, count, why } = useEvents(address, wanted).value;
	const { shown, newer, ref, catchUp } = useSteady(
		events.slice(0, SHOWN_MAX),
		keyOf,
	);
	const toggle = () => {
		isPaused.value = !isPaused.value;
	};
	return (
		<>
			<p class="events-head">
				<button type="button" aria-keyshortcuts="p" onClick={toggle}>
					{isPaused.value ? "Go on (p)" : "Pause (p)"}
				</button>
				<span class="note">
					{counted(count, "event")} since you looked here
					{count > SHOWN_MAX && `; the newest ${SHOWN_MAX} are shown`}.
				</span>
				{newer > 0 && (
					<button type="button" class="newer" onClick={catchUp}>
						{counted(newer, "newer event")} ↑
					</button>
				)}
			</p>
			<div ref={ref}>
				<Table
					label="Table of events"
					heads={["Time", "What", "Task", "Type", "Queue", "Node", "Details"]}
					empty={why ?? "Nothing has happened since you looked here."}
				>
					{shown.map((read) => (
						<Row key={keyOf(read)} read={read} />
					))}
				</Table>
			</div>
		</>
	);
}

const keyOf = ({ id, event }: EventRead): string =>
	[id, event.kind, event.task, event.token, event.node].join(" ");

function Row({ read: { event } }: { readonly read: EventRead }): JSX.Element {
	const { task } = event;
	const details = detailsOf(event);
	return (
		<tr>
			<td>{event.at && exactTime(new Date(event.at))}</td>
			<td>
				<Badge state={toneOf(event)} word={wordOf(event)} />
			</td>
			<Long text={task ?? ""}>
				{task !== undefined && (
					<a
						class="fixed"
						href={hrefOf(`tasks/${task}`)}
						data-row
						onClick={() => keepPlace(task)}
					>
						{task}
					</a>
				)}
			</Long>
			<Long text={event.type ?? ""} />
			<Long text={event.queue ?? ""} />
			<Long text={nameOf(event.nodeName, event.node)} />
			<td class="reason" title={details || undefined}>
				<bdi>{details || undefined}</bdi>
			</td>
		</tr>
	);
}

const wordOf = ({ kind, state }: EventRead["event"]): string =>
	kind === "task.ended" && state !== undefined ? `${kind}: ${state}` : kind;
