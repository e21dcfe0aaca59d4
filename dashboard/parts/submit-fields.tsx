/** The fields of a submission: each with what is wrong with it below it. */
import type { Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { useAsked } from "../state/asked.ts";
import { ask } from "../state/node.ts";
import type { Refusal } from "../state/submission.ts";
import { laidOut } from "../words/json-text.ts";
import {
	type Draft,
	EXAMPLES,
	OPTION_FIELDS,
	readPayload,
} from "../words/submission.ts";
import { titleOf } from "../words/task.ts";

const NODES_MS = 10_000;

const idOf = (field: string): string => `field-${field}`;

/** Moves the focus to a field. Returns false if there is no such field. */
export function focusOn(field: string): boolean {
	const place = document.getElementById(idOf(field));
	place?.closest("details")?.setAttribute("open", "");
	place?.focus();
	return place !== null;
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
			{why || undefined}
		</p>
	);
}

const whyFor = (name: string, refusal: Refusal | undefined) =>
	refusal?.field === name ? refusal.why : undefined;

export function Type(parts: FieldParts): JSX.Element {
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

export function Payload(parts: FieldParts): JSX.Element {
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

export function Options(parts: FieldParts): JSX.Element {
	const isGiven = OPTION_FIELDS.some((name) => parts.draft.value[name]);
	return (
		<details open={isGiven}>
			<summary>When, how often, how long</summary>
			<Fields names={OPTION_FIELDS} {...parts} />
		</details>
	);
}

export function Fields({
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
