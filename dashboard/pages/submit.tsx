/**
 * Submit: a form for one task, checked while one types, with the command that does the same. With
 * `#/submit?from=ID` it begins as that task was submitted.
 *
 * A submission has a name before it is sent. If no answer comes, sending it again is safe.
 */
import { type Signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { Refused } from "../../protocol/client/client.ts";
import type { TaskAsSubmitted } from "../../protocol/schema/submitted.ts";
import type { Page, Place } from "../page.ts";
import { Copy } from "../parts/copy.tsx";
import { Badge } from "../parts/glyph.tsx";
import { hrefOf } from "../state/address.ts";
import { useAsked } from "../state/asked.ts";
import { ask, reasonOf, server } from "../state/node.ts";
import { may, token } from "../state/token.ts";
import { wholeTask } from "../state/whole-task.ts";
import { laidOut } from "../words/json-text.ts";
import {
	type Draft,
	draftOf,
	EXAMPLES,
	newTaskId,
	OPTION_FIELDS,
	PLACE_FIELDS,
	readDraft,
	readPayload,
} from "../words/submission.ts";
import { curlOf, submissionOf, titleOf } from "../words/task.ts";

export const page: Page = {
	path: "submit",
	title: "Submit",
	rank: 60,
	key: "s",
	role: "submit",
	View: Submit,
};

const NODES_MS = 10_000;
const EMPTY: Draft = { type: "", payload: "" };
const RANDOM_BYTES = 11;

interface Refusal {
	readonly field: string | undefined;
	readonly why: string;
}

function Submit({ query }: Place): JSX.Element {
	const from = query.get("from") ?? undefined;
	if (!may("submit"))
		return (
			<section>
				<h1>Submit</h1>
				<p>Your token may only read; sign in with one that may submit.</p>
			</section>
		);
	return <Form key={from} from={from} />;
}

function Form({ from }: { readonly from: string | undefined }): JSX.Element {
	const draft = useSignal(EMPTY);
	const refusal = useSignal<Refusal>();
	const taken = useSignal<Taken>();
	const isSending = useSignal(false);
	const ownId = useRef<string | undefined>(undefined);
	useEffect(() => {
		if (from === undefined) return;
		wholeTask(from).then(
			({ task, payload }) => {
				draft.value = draftOf(task, payload?.shown, Date.now());
			},
			(error) => {
				refusal.value = { field: undefined, why: reasonOf(error) };
			},
		);
	}, []);
	const send = async (event: SubmitEvent) => {
		event.preventDefault();
		if (isSending.value) return;
		const read = readDraft(draft.value);
		refusal.value = read.ok ? undefined : read;
		if (!read.ok) return focusOn(read.field);
		isSending.value = true;
		ownId.current ??= newTaskId(
			Date.now(),
			crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)),
		);
		const body = { id: ownId.current, ...read.fields } as TaskAsSubmitted;
		try {
			const answer = await ask("submitTasks", { body });
			if ("id" in answer) taken.value = answer;
			ownId.current = undefined;
		} catch (error) {
			refusal.value = refusalOf(error);
			// What was refused is not stored; what got no answer may be.
			if (error instanceof Refused) ownId.current = undefined;
			focusOn(refusal.value.field);
		} finally {
			isSending.value = false;
		}
	};
	return (
		<form
			class="submit"
			aria-labelledby="submit-title"
			onSubmit={send}
			onKeyDown={(event) => {
				if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
				event.preventDefault();
				event.currentTarget.requestSubmit();
			}}
		>
			<h1 id="submit-title">
				Submit a task
				{from !== undefined && (
					<>
						{" "}
						like <a href={hrefOf(`tasks/${from}`)}>{from}</a>
					</>
				)}
			</h1>
			<div class="columns">
				<div>
					<Type draft={draft} refusal={refusal.value} />
					<Payload draft={draft} refusal={refusal.value} />
				</div>
				<div>
					<Fields names={PLACE_FIELDS} {...{ draft, refusal: refusal.value }} />
					<Options {...{ draft, refusal: refusal.value }} />
				</div>
			</div>
			<p class="send">
				<button type="submit" disabled={isSending.value}>
					Submit
				</button>
				<span class="note">or Ctrl Enter</span>
				<span role="status">
					{isSending.value ? "Sending …" : <Outcome taken={taken.value} />}
				</span>
			</p>
			{refusal.value && refusal.value.field === undefined && (
				<p role="alert" data-tone="dead">
					{refusal.value.why}
				</p>
			)}
			<Curl draft={draft.value} />
		</form>
	);
}

interface Taken {
	readonly id: string;
	readonly state: "SCHEDULED" | "PENDING" | "STARTED" | string;
	readonly unserved?: true;
}

function Outcome({
	taken,
}: {
	readonly taken: Taken | undefined;
}): JSX.Element | null {
	if (taken === undefined) return null;
	const { id, state, unserved } = taken;
	return (
		<>
			Taken: <a href={hrefOf(`tasks/${id}`)}>{id}</a>{" "}
			<Badge state={state as "PENDING"} />
			{unserved && ", but no live node can run it now"}
		</>
	);
}

function refusalOf(error: unknown): Refusal {
	if (!(error instanceof Refused))
		return {
			field: undefined,
			why: "No answer came. Submit again: it is the same task, and runs once.",
		};
	const field = error.problem.field?.split(/[./[]/)[0] || undefined;
	const isKnown = field !== undefined && document.getElementById(idOf(field));
	return { field: isKnown ? field : undefined, why: reasonOf(error) };
}

const idOf = (field: string): string => `field-${field}`;

function focusOn(field: string | undefined): void {
	if (field === undefined) return;
	const place = document.getElementById(idOf(field));
	place?.closest("details")?.setAttribute("open", "");
	place?.focus();
}

interface FieldParts {
	readonly draft: Signal<Draft>;
	readonly refusal: Refusal | undefined;
}

/** What every field of the form has. */
function attributesOf(name: string, { draft, refusal }: FieldParts) {
	return {
		id: idOf(name),
		name,
		value: draft.value[name] ?? "",
		spellcheck: false,
		autocomplete: "off",
		"aria-invalid": refusal?.field === name,
		"aria-describedby": `${idOf(name)}-why`,
		onInput: ({
			currentTarget,
		}: {
			readonly currentTarget: HTMLInputElement | HTMLTextAreaElement;
		}) => {
			draft.value = { ...draft.value, [name]: currentTarget.value };
		},
	} as const;
}

function Why({
	name,
	why,
}: {
	readonly name: string;
	readonly why: string | undefined;
}): JSX.Element {
	return (
		<p class="why" id={`${idOf(name)}-why`} role="alert" data-tone="dead">
			{why}
		</p>
	);
}

const whyFor = (name: string, refusal: Refusal | undefined) =>
	refusal?.field === name ? refusal.why : undefined;

function Type(parts: FieldParts): JSX.Element {
	const list = useId();
	const { value } = useAsked("types", () => ask("listNodes"), NODES_MS).value;
	const types = [
		...new Set((value?.nodes ?? []).flatMap((node) => node.types)),
	].sort();
	return (
		<div class="field">
			<label for={idOf("type")}>Type</label>
			<input type="text" list={list} {...attributesOf("type", parts)} />
			<datalist id={list}>
				{types.map((type) => (
					<option key={type} value={type} />
				))}
			</datalist>
			<Why name="type" why={whyFor("type", parts.refusal)} />
		</div>
	);
}

function Payload(parts: FieldParts): JSX.Element {
	const { draft, refusal } = parts;
	const text = draft.value.payload ?? "";
	const read = readPayload(text);
	return (
		<div class="field">
			<label for={idOf("payload")}>Payload, as JSON</label>
			<textarea
				rows={12}
				placeholder="null"
				{...attributesOf("payload", parts)}
				aria-invalid={!read.ok}
			/>
			<p class="under">
				<Why
					name="payload"
					why={read.ok ? whyFor("payload", refusal) : read.why}
				/>
				{read.ok && text.trim() !== "" && (
					<button
						type="button"
						onClick={() => {
							draft.value = { ...draft.value, payload: laidOut(text) };
						}}
					>
						Tidy up
					</button>
				)}
			</p>
		</div>
	);
}

function Options(parts: FieldParts): JSX.Element {
	const isGiven = OPTION_FIELDS.some((name) => parts.draft.value[name]);
	return (
		<details open={isGiven}>
			<summary>When, how often, how long</summary>
			<Fields names={OPTION_FIELDS} {...parts} />
		</details>
	);
}

function Fields({
	names,
	...parts
}: FieldParts & { readonly names: readonly string[] }): JSX.Element {
	return (
		<div class="fields">
			{names.map((name) => (
				<div class="field" key={name}>
					<label for={idOf(name)}>{titleOf(name)}</label>
					<input
						type="text"
						placeholder={EXAMPLES[name]}
						{...attributesOf(name, parts)}
					/>
					<Why name={name} why={whyFor(name, parts.refusal)} />
				</div>
			))}
		</div>
	);
}

/** As it would be sent, with what is typed as it is typed. */
function Curl({ draft }: { readonly draft: Draft }): JSX.Element {
	const read = readDraft(draft);
	if (!read.ok)
		return (
			<p class="note">
				The command that does the same stands here once the form is complete.
			</p>
		);
	const { payload: _, ...fields } = read.fields;
	const typed = draft.payload?.trim() || undefined;
	const curl = curlOf(
		server.value,
		submissionOf(fields, typed),
		token.value !== undefined,
	);
	return (
		<section class="curl" aria-labelledby="curl-title">
			<h2 id="curl-title">The same as a command</h2>
			<Copy text={curl} />
			<pre>{curl}</pre>
		</section>
	);
}
