/**
 * Filters: typed in one line, shown as chips that can be taken away one by one, and kept in the
 * address, so that a link to what is shown can be sent on.
 */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { go } from "../state/address.ts";
import { type Chip, lineOf } from "../words/filters.ts";

interface Parts {
	readonly label: string;
	readonly example: string;
	readonly chips: readonly Chip[];
	readonly read: (
		line: string,
	) =>
		| { readonly ok: true; readonly chips: readonly Chip[] }
		| { readonly ok: false; readonly why: string };
	/** The address of the page with these filters. */
	readonly hrefOf: (chips: readonly Chip[]) => string;
}

export function FilterField(parts: Parts): JSX.Element {
	const { label, example, chips, hrefOf } = parts;
	const field = useRef<HTMLInputElement>(null);
	const why = useSignal<string>();
	const id = useId();
	const line = lineOf(chips);
	useEffect(() => {
		if (field.current && field.current !== document.activeElement)
			field.current.value = line;
		why.value = undefined;
	}, [line]);
	const send = (event: SubmitEvent) => {
		event.preventDefault();
		const read = parts.read(field.current?.value ?? "");
		why.value = read.ok ? undefined : read.why;
		if (!read.ok) return;
		if (field.current) field.current.value = lineOf(read.chips);
		go(hrefOf(read.chips));
	};
	return (
		<form class="filter" onSubmit={send}>
			<label for={id}>{label}</label>
			<input
				id={id}
				ref={field}
				type="text"
				defaultValue={line}
				placeholder={example}
				autocomplete="off"
				spellcheck={false}
				aria-invalid={why.value !== undefined}
				aria-describedby={`${id}-why`}
			/>
			<button type="submit">Filter</button>
			{chips.map((chip) => (
				<a
					key={chip.text}
					class="chip"
					href={hrefOf(chips.filter((each) => each !== chip))}
					title="Take this filter away"
				>
					<bdi>{chip.text}</bdi> <span aria-hidden="true">×</span>
				</a>
			))}
			<p id={`${id}-why`} role="alert" data-tone="dead">
				{why.value || undefined}
			</p>
		</form>
	);
}
